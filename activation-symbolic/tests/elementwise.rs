//! The whole ladder against goldens computed elsewhere in high precision: every published formula, as typed and in
//! its textbook spelling, value and derivative, at every point from the subnormals to the largest floats.

#[path = "support/ladder.rs"]
mod ladder;

use std::fmt::Write as _;
use std::path::Path;

use activation_symbolic::truth::Truth;
use ladder::{Compiled, error, kernel};

/// Where a public golden derivative is an artefact of an overflow (`tests/data/README.md`): the true one is 1, 1, 0.
fn is_wrong_golden(name: &str, x: f64) -> bool {
    ["colu", "loglogish_stable", "cloglog"].contains(&name) && x >= 1e8
}

fn compile(name: &str, body: &str, parameters: &[(String, f64)], defaults: bool) -> Compiled {
    let declared: String = parameters
        .iter()
        .map(|(name, value)| {
            if defaults {
                format!(", #[param({value:?})] {name}: f32")
            } else {
                format!(", #[param] {name}: f32")
            }
        })
        .collect();
    Compiled::published(name, &declared, body)
}

/// What went wrong with the cases of a folder of goldens.
fn judge(folder: &str, report: &mut String) -> Vec<String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data").join(folder);
    let cases = std::fs::read_to_string(data.join("cases.json")).expect("the cases");
    let cases: serde_json::Value = serde_json::from_str(&cases).expect("JSON");
    let mut left = Vec::new();
    for case in cases["cases"].as_array().expect("a list") {
        let name = case["name"].as_str().expect("a name");
        // Those of the other folder have no goldens here.
        let Ok(golden) = std::fs::read_to_string(data.join(format!("golden/{name}.csv"))) else { continue };
        let parameters: Vec<(String, f64)> = case["params"].as_array().map_or(Vec::new(), |list| {
            let pair = |p: &serde_json::Value| (p[0].as_str().unwrap().to_owned(), p[1].as_f64().unwrap());
            list.iter().map(pair).collect()
        });
        for spelling in ["rust", "rust_naive"] {
            let Some(body) = case[spelling].as_str() else { continue };
            for defaults in [true, false] {
                if !defaults && parameters.is_empty() {
                    continue;
                }
                let compiled = compile(name, body, &parameters, defaults);
                let mut truth = Truth::<f32>::new(1);
                let order = compiled.function.graph.topological(&[compiled.derivative]);
                let floats: Vec<f32> = parameters.iter().map(|&(_, value)| value as f32).collect();
                let (mut worst, mut rescued) = ([(0.0, 0.0, 0.0, 0.0, false); 2], [0, 0]);
                for line in golden.lines().skip(1) {
                    let fields: Vec<&str> = line.split(',').collect();
                    let x = f32::from_bits(u32::from_str_radix(fields[0], 16).expect("bits"));
                    let exact: Vec<f64> = fields[1..].iter().map(|f| f.parse().expect("a number")).collect();
                    // The older goldens lack the curvature.
                    let bend = exact.get(2).map_or_else(
                        || {
                            truth.evaluate(&compiled.function.graph, &order, &[x], &floats);
                            truth.sensitivity(compiled.derivative, &[x]).to_f64()
                        },
                        |curvature| *curvature,
                    );
                    let is_wrong = folder == "elementwise" && is_wrong_golden(name, f64::from(x));
                    let sensitivities = [f64::from(x).abs() * exact[1].abs(), bend];
                    let roots = compiled.roots().into_iter().zip(sensitivities);
                    let checked = if is_wrong { 1 } else { 2 };
                    for (i, (root, sensitivity)) in roots.take(checked).enumerate() {
                        for fused in [true, false] {
                            let (found, slow) = kernel(&compiled, x, &floats, root, fused);
                            let error = error(found, exact[i], sensitivity);
                            if error > worst[i].0 {
                                worst[i] = (error, f64::from(x), f64::from(found), exact[i], slow);
                            }
                            rescued[i] += usize::from(slow && fused && x.abs() <= 100.0 && x.abs() > 1e-3);
                        }
                    }
                }
                if worst[0].0 > 1.0 || worst[1].0 > 1.0 {
                    left.push(format!("{folder}/{name}"));
                    let _ = writeln!(report, "{name} {spelling} {defaults}: {worst:?} {rescued:?}");
                }
            }
        }
    }
    left.dedup();
    left
}

#[test]
fn published_formulas() {
    let mut report = String::new();
    let mut left = judge("elementwise", &mut report);
    left.extend(judge("survey", &mut report));
    assert!(left.is_empty(), "wrong: {left:?}\n{report}");
}
