//! The whole ladder at floats of all magnitudes, for every function of the corpora, interpreted: what is right at the
//! points of the golden files may be wrong between them. The truth is that of the compiler's own graph in extended
//! numbers; that the graph is the function, the golden files show.
//!
//! Debug builds take few points, release builds (`cargo test --release -p activation-symbolic --test dense`) many.

#[path = "support/ladder.rs"]
mod ladder;

use std::fmt::Write as _;

use activation_symbolic::truth::Truth;
use ladder::{Compiled, error, kernel};

/// The bits from one float to the next that is looked at: a prime.
const STEP: usize = if cfg!(debug_assertions) { 8_388_593 } else { 262_139 };

/// Functions that aren't right everywhere, and how far off they may be, in units of what is tolerated; this list only
/// shrinks.
const LEFT: &[(&str, f64)] = &[
    // In release builds, at one float in ten thousand: all roundings go the same way.
    ("acon_c", 1.1),
    ("eis1", 1.1),
    ("pdelu", 1.1),
    ("pflu", 1.1),
    ("pflu_factored", 1.1),
    ("stan", 1.1),
    ("tanhsoft1", 1.1),
    ("tanhsoft3", 1.1),
];

/// Whether the truth is known to more than a float's digits.
const KNOWN: f64 = 40.0;

/// The worst errors of value and derivative, and where.
fn worst(compiled: &Compiled, parameters: &[f32]) -> [(f64, f32); 2] {
    let mut truth = Truth::<f32>::new(1);
    let graph = &compiled.function.graph;
    let roots = compiled.roots();
    let order = graph.topological(&roots.map(|(root, _)| root));
    let mut worst = [(0.0, 0.0); 2];
    for x in (0..=u32::MAX).step_by(STEP).map(f32::from_bits).filter(|x| x.is_finite()) {
        truth.evaluate(graph, &order, &[x], parameters);
        for (worst, root) in worst.iter_mut().zip(roots) {
            let ball = truth.ball(root.0);
            if ball.error > ball.value.exponent() - KNOWN && ball.error > -200.0 {
                continue;
            }
            let sensitivity = truth.sensitivity(root.0, &[x]).to_f64();
            for fused in [true, false] {
                let (found, _) = kernel(compiled, x, parameters, root, fused);
                let error = error(found, ball.value.to_f64(), sensitivity);
                if error > worst.0 {
                    *worst = (error, x);
                }
            }
        }
    }
    worst
}

#[test]
fn between_the_points_of_the_golden_files() {
    let mut report = String::new();
    for text in [
        include_str!("../../tests/data/elementwise/cases.json"),
        include_str!("../../tests/data/survey/cases.json"),
    ] {
        let cases: serde_json::Value = serde_json::from_str(text).expect("JSON");
        for case in cases["cases"].as_array().expect("a list") {
            let name = case["name"].as_str().expect("a name");
            let parameters = case["params"].as_array().map_or(&[][..], Vec::as_slice);
            let parameters = parameters.iter().map(|p| (p[0].as_str().unwrap(), p[1].as_f64().unwrap()));
            let declare = |(name, value): (&str, f64)| format!(", #[param({value:?})] {name}: f32");
            let declared = parameters.clone().map(declare).collect::<Vec<_>>().concat();
            let values: Vec<f32> = parameters.map(|(_, value)| value as f32).collect();
            for spelling in ["rust", "rust_naive"] {
                let Some(body) = case[spelling].as_str() else { continue };
                let compiled = Compiled::published(name, &declared, body);
                let left = LEFT.iter().find(|(left, _)| *left == name).map_or(1.0, |&(_, error)| error);
                for (what, (error, x)) in ["value", "derivative"].iter().zip(worst(&compiled, &values)) {
                    if error > left {
                        let _ = writeln!(report, "{name} ({spelling}): {what} off by {error:.3} at {x:e}");
                    }
                }
            }
        }
    }
    assert!(report.is_empty(), "{report}");
}
