//! What must compile: the graph computes what rustc's function computes.

#[path = "support/ladder.rs"]
mod ladder;
mod support;

use activation_runtime::extended::Extended;
use activation_symbolic::evaluate::evaluate;
use activation_symbolic::graph::Op;
use ladder::{Compiled, error, kernel};
use serde::Deserialize;
use support::front;

#[derive(Deserialize)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    source: String,
    /// Whether only rustc sees through it: a test of its own compiles it.
    #[serde(default)]
    compiled: bool,
    #[serde(default)]
    params: Vec<(String, f32)>,
    /// x, value, derivative and |x·f″|.
    #[serde(default)]
    points: Vec<(String, f64, f64, f64)>,
}

/// Programs as users type them, against values that were computed from formulas written by hand.
#[test]
fn programs() {
    let Cases { cases } =
        serde_json::from_str(include_str!("../../tests/data/language/accept.json")).unwrap();
    let mut wrong = Vec::new();
    for case in cases.iter().filter(|case| !case.compiled) {
        let (attribute, item) = support::split(&case.source);
        let compiled = Compiled::new(attribute, item);
        let compiled = compiled.unwrap_or_else(|errors| panic!("{}: {errors}", case.name));
        let parameters: Vec<f32> = case.params.iter().map(|(_, value)| *value).collect();
        for (bits, exact, slope, curvature) in &case.points {
            let x = f32::from_bits(u32::from_str_radix(bits, 16).unwrap());
            let sensitivity = (f64::from(x) * slope).abs();
            let [value, derivative] = compiled.roots();
            let roots = [(value, *exact, sensitivity), (derivative, *slope, *curvature)];
            for (root, exact, sensitivity) in roots {
                let (found, _) = kernel(&compiled, x, &parameters, root, true);
                if error(found, exact, sensitivity) > 1.0 {
                    wrong.push(format!("{} at {x:e}: {found:e} for {exact:e}", case.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn published_cases() {
    let Cases { cases } =
        serde_json::from_str(include_str!("../../tests/data/programs/accept.json")).unwrap();
    for case in cases {
        let (function, diagnostics) = front(&case.source);
        assert!(function.is_some() && diagnostics.is_empty(), "{}: {diagnostics:?}", case.name);
    }
}

/// What the names of some helpers mean, by std alone.
fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}
fn silu(x: f64) -> f64 {
    x * sigmoid(x)
}
fn leaky_relu(x: f64, slope: f64) -> f64 {
    if x > 0.0 { x } else { slope * x }
}
fn elu(x: f64, alpha: f64) -> f64 {
    if x > 0.0 { x } else { alpha * x.exp_m1() }
}

/// Points around every constant that the functions below compare with.
const POINTS: [f64; 15] =
    [-30.0, -3.5, -2.0, -1.5, -1.0, -0.5, -1e-9, 0.0, 1e-9, 0.25, 0.5, 1.0, 1.5, 3.0, 40.0];

/// Functions that rustc compiles, and that the front end reads as tokens.
macro_rules! agree {
    ($($(#[$attribute:meta])* fn $name:ident($($arguments:tt)*) -> f64 $body:block)*) => {$(
        #[test]
        #[allow(clippy::all, clippy::pedantic, unused, nonstandard_style)]
        fn $name() {
            $(#[$attribute])*
            fn $name($($arguments)*) -> f64 $body
            same(stringify!(#[activation] fn $name($($arguments)*) -> f64 $body), |x| $name(x));
        }
    )*};
}

/// The graph of `source` against the function itself. Both round, so they agree to a few units in the last place.
fn same(source: &str, function: impl Fn(f64) -> f64) {
    let (lowered, diagnostics) = front(source);
    assert!(diagnostics.is_empty(), "{source}\n{diagnostics:?}");
    let lowered = lowered.unwrap();
    let order = lowered.graph.topological(&[lowered.written]);
    for x in POINTS {
        let mut values = Vec::new();
        let leaf = |op| match op {
            Op::Input(0) => Some(Extended::<f64>::from(x)),
            Op::Constant(bits) => Some(Extended::from(f64::from_bits(bits))),
            _ => None,
        };
        evaluate(&lowered.graph, &order, leaf, &mut values);
        let value = values[lowered.written.index()].number().unwrap().to_f64();
        let truth = function(x);
        let close = (value - truth).abs() <= 16.0 * f64::EPSILON * truth.abs().max(f64::MIN_POSITIVE);
        assert!(
            close || value == truth || (value.is_nan() && truth.is_nan()),
            "{source}\n{x}: {value} for {truth}"
        );
    }
}

agree! {
    fn shadowing(x: f64) -> f64 { let x = x + 1.0; let x = { let x = x * 2.0; x + 1.0 }; x * x }
    fn tuples(x: f64) -> f64 { let (a, b) = (x + 1.0, 2.0); let pair = (a * b, (b, x)); pair.0 + pair.1.1 }
    fn nested_pattern(x: f64) -> f64 { let (a, (b, _)): (f64, (f64, f64)) = (x, (2.0 * x, 3.0)); a * b }
    fn compound(x: f64) -> f64 { let mut y = x; y += 1.0; y *= y; y -= 0.25; y /= 3.0; y }
    fn mutable_argument(mut x: f64) -> f64 { x *= 2.0; x = x + 1.0; x }
    fn branch_local(x: f64) -> f64 {
        let mut a = 1.0; let mut b = x;
        if x > 0.5 { a = 2.0 * x; if x > 2.0 { b = 7.0; } else { a += 1.0; } } else if x < -1.0 { b = -1.0; }
        a * b
    }
    fn deferred(x: f64) -> f64 { let y; if x > 0.0 { y = x; } else { y = 2.0 * x; } y + 1.0 }
    fn deferred_typed(x: f64) -> f64 { let y: f64; y = x * x; y }
    fn swapped(x: f64) -> f64 { let (mut a, mut b) = (x, 1.0); (a, b) = (b + a, a); a * 3.0 + b }
    fn early(x: f64) -> f64 { if x < -1.0 { return -1.0; } if x > 1.0 { return x * x; } x }
    fn early_chain(x: f64) -> f64 {
        if x < -2.0 { return 0.0; } else if x < 0.0 { if x < -1.0 { return 1.0; } } else { return x; }
        x * 10.0
    }
    fn early_nested(x: f64) -> f64 {
        let mut y = x;
        if x > 0.0 { y = 3.0 * x; if x > 1.0 { return y + 1.0; } y += 5.0; }
        y * 2.0
    }
    fn return_at_end(x: f64) -> f64 { let y = 2.0 * x; return y + 1.0; }
    fn return_in_both(x: f64) -> f64 { if x > 0.0 { return x; } else { return -x; } }
    fn return_as_value(x: f64) -> f64 { let y = if x > 1.0 { return 4.0 } else { x + 1.0 }; y * 2.0 }
    fn return_in_match(x: f64) -> f64 { let y = match x { v if v > 1.0 => return v * v, v => v }; y + 0.5 }
    fn guards(x: f64) -> f64 { match x { v if v < -1.0 => -1.0, v if v > 1.0 => 1.0, v => v } }
    fn ranges(x: f64) -> f64 {
        match x { ..-1.0 => -1.0, -1.0..=0.0 => x * 2.0, 0.5 | 1.5 => 9.0, v @ 0.0..1.0 => v, 40.0.. => 2.0, _ => 3.0 }
    }
    fn constants_in_patterns(x: f64) -> f64 { const ONE: f64 = 1.0; match x { ONE => 5.0, f64::NEG_INFINITY..=0.0 => 0.0, _ => x } }
    fn match_on_truth(x: f64) -> f64 { match x > 0.0 { true => x, false => 2.0 * x } }
    fn match_on_pair(x: f64) -> f64 { match (x > 0.0, x * x) { (true, s) if s > 4.0 => s, (false, s) => -s, (_, s) => s + x } }
    fn match_assigns(x: f64) -> f64 { let mut y = 0.0; match x { v if v > 0.0 => y = v, _ => { y -= 1.0; } } y }
    fn unrolled(x: f64) -> f64 { let mut y = x; for _ in 0..3 { y = y.tanh(); } y }
    fn unrolled_index(x: f64) -> f64 { let mut y = 0.0; for i in 1..=4 { y += x.powi(i) / (i as f64); } y }
    fn unrolled_conditions(x: f64) -> f64 {
        let mut y = 1.0; for i in 0..6 { if i % 2 == 0 { y += x; } else if i == 3 { y *= 0.5; } } y
    }
    fn unrolled_backwards(x: f64) -> f64 { let mut y = 0.0; for c in [0.5, 2.0, -1.0] { y = y * x + c; } for i in (0..3).rev() { y = y * 0.5 + i as f64; } y }
    fn unrolled_nested(x: f64) -> f64 { let mut y = x; for i in 0..3 { for j in 0..=i { y += (i * j) as f64 * x; } } y }
    fn return_in_loop(x: f64) -> f64 { let mut y = x; for _ in 0..4 { if y > 2.0 { return y; } y *= 2.0; } y - 1.0 }
    fn local_constants(x: f64) -> f64 { const A: f64 = 1.5; const N: i32 = 3; const B: f64 = A * 2.0; A * x.powi(N) + B }
    fn constant_paths(x: f64) -> f64 { x * std::f64::consts::PI + core::f64::consts::LN_2 - f64::EPSILON * x }
    fn imports(x: f64) -> f64 { use std::f64::consts::{E, FRAC_PI_2 as QUARTER}; use std::f64; x * E + QUARTER + f64::consts::SQRT_2 }
    fn infinities(x: f64) -> f64 { if x < f64::INFINITY && x > f64::MIN { x.min(f64::MAX) } else { 0.0 } }
    fn closures(x: f64) -> f64 { let scale = 3.0; let f = |a: f64| a * scale; let g = |a, b| f(a) + b; g(x, 1.0) * f(2.0) }
    fn closure_blocks(x: f64) -> f64 { let f = move |a: f64| -> f64 { if a < 0.0 { return 0.1 * a; } a }; f(x) + f(-x) }
    fn closure_snapshot(x: f64) -> f64 { let s = 2.0; let f = |v: f64| v * s; let s = 5.0; f(x) + s }
    fn closure_at_once(x: f64) -> f64 { (|a: f64| a * a)(x + 1.0) }
    fn closure_of_pair(x: f64) -> f64 { let f = |(a, b): (f64, f64)| a - b; f((x, 0.5)) }
    fn masks(x: f64) -> f64 { let inside = x > -1.0 && x < 1.0; let edge = x == 1.0 || !(x != -1.0); if inside { x } else if edge { 7.0 } else { 0.0 } }
    fn mask_operators(x: f64) -> f64 { if (x > 0.0) ^ (x > 1.0) { 1.0 } else if (x < 0.0) & (x > -2.0) | (x > 3.0) { 2.0 } else { 3.0 } }
    fn mask_assigned(x: f64) -> f64 { let mut hot = false; if x > 1.0 { hot = true; } if hot == true { 2.0 * x } else { x } }
    fn contained(x: f64) -> f64 { if (-1.0..=1.0).contains(&x) { x } else { 0.0 } }
    fn not_a_number(x: f64) -> f64 { if x.is_nan() || x.is_infinite() || !x.is_finite() { 0.0 } else { x } }
    fn methods(x: f64) -> f64 { x.sin_cos().0 + x.cos() * 2.0 + x.tan().atan() }
    fn spellings(x: f64) -> f64 { f64::exp(f64::min(x, 2.0)) + f64::max(x, 0.0) + <f64>::tanh(x) + f64::powi(x, 2) }
    fn compositions(x: f64) -> f64 { x.mul_add(2.0, 1.0) + x.clamp(-1.0, 1.0) + x.to_radians() + x.to_degrees() + (x * x + 1.0).recip() }
    fn logarithms(x: f64) -> f64 { let u = x * x + 2.0; u.log(3.0) + u.log(2.0) + u.log(10.0) + u.log2() + u.log10() + u.log(u + 1.0) }
    fn powers(x: f64) -> f64 { x.powi(-3) + x.powf(2.0) + x.abs().powf(1.5) + 2f64.powf(x.min(3.0)) + x.powi(0) }
    fn pairs(x: f64) -> f64 { x.hypot(2.0) + x.atan2(3.0) + (x + 1.0).copysign(x) + x.midpoint(4.0) }
    fn hyperbolic(x: f64) -> f64 { let u = x.abs().min(3.0); u.sinh() + u.cosh() * 3.0 + u.asinh() + (u / 4.0).atanh() + (u.abs() + 2.0).acosh() }
    fn remaining(x: f64) -> f64 { let u = (x / 50.0).abs(); u.asin() + u.acos() + u.exp2() + u.exp_m1() + u.ln_1p() + u.sqrt() + u.cbrt() }
    fn helpers(x: f64) -> f64 { sigmoid(x) + silu(x).abs() + softplus(x) + leaky_relu(x, 0.25).abs() + elu(x, 1.5).abs() }
    fn negated(x: f64) -> f64 { -x * -2.0 - -(x + 1.0) }
    fn integers(x: f64) -> f64 { let n = 2 + 3 * 2; let m = -(n / 3); x.powi(m + 4) * n as f64 + (1 << 3) as f64 }
    fn casts(x: f64) -> f64 { x * std::f32::consts::PI as f64 * 0.0 + 2 as f64 + (x as f64) + 1.5_f64 }
    fn awkward(r#type: f64) -> f64 { let r#match = r#type * 2.0; let r = r#match; let R = r + 1.0; R * r }
    fn attributes(#[allow(unused)] x: f64) -> f64 { #[allow(unused_variables)] let y = 2.0 * x; #[rustfmt::skip] let z = y+1.0; z }
    fn explicit_drop(x: f64) -> f64 { let _ = x.exp(); let _unused = x; 0.75 }
    fn const_block(x: f64) -> f64 { x * const { 2.0 * 1.5 } }
    fn unit_branches(x: f64) -> f64 { let mut y = x; if x > 0.0 { () } else { y = 0.0; () } y }
    fn scope(x: f64) -> f64 { let y = 1.0; let z = { let y = x; y * 2.0 }; if x > 0.0 { let y = 5.0; let _ = y; } y + z }
    fn pair_parts(x: f64) -> f64 { let mut p = (x, 1.0); p.0 += 2.0; if x > 0.0 { p.1 = x; } p.0 * p.1 }
}
