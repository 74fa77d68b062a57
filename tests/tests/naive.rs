//! Textbook spellings that overflow or cancel as typed: rewritten, they are right at every float.
//!
//! The truth is the stable formula in f64, on the elementary functions of core-math. A debug build looks at every
//! 16,411th float; a release build at all of them for NaN, and at every 257th for accuracy:
//! `cargo test --release -p activations-tests --test naive`.
#![allow(missing_docs)]

use activations::prelude::*;

/// 1/(1 + e^−x) in f64.
fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + core_math::exp(-x))
}

/// ln(1 + eˣ) in f64.
fn rectifier(x: f64) -> f64 {
    x.max(0.0) + core_math::log1p(core_math::exp(-x.abs()))
}

/// The slopes of x·tanh(softplus(x)): the first and the second.
fn mish_slopes(x: f64) -> (f64, f64) {
    let (t, s) = (core_math::tanh(rectifier(x)), logistic(x));
    let r = logistic(-x);
    // 1 − t² without cancellation: 4w/(1 + w)² with w = e^(−2·softplus(x)) = σ(−x)².
    let w = r * r;
    let sech = 4.0 * w / ((1.0 + w) * (1.0 + w));
    (t + x * s * sech, sech * s * (2.0 + x * r - 2.0 * x * s * t))
}

/// For each spelling a test that holds it against `value` and the slopes of first and second order.
macro_rules! spellings {
    ($($(#[$doc:meta])* fn $name:ident($x:ident) $body:block is $value:expr, $slopes:expr;)*) => {$(
        mod $name {
            use super::*;

            #[activation(name = Typed)]
            fn typed($x: f32) -> f32 $body

            $(#[$doc])*
            #[test]
            fn is_right_at_every_float() {
                check(&Typed, $value, $slopes);
            }
        }
    )*};
}

spellings! {
    /// `ln(1 + eᵘ) → softplus(u)`.
    fn softplus_typed(x) { (1.0 + x.exp()).ln() }
        is rectifier, |x| (logistic(x), logistic(x) * logistic(-x));
    /// `1/(1 + e^−u) → σ(u)`.
    fn sigmoid_typed(x) { 1.0 / (1.0 + (-x).exp()) }
        is logistic, sigmoid_slopes;
    /// `eᵘ/(1 + eᵘ) → σ(u)`.
    fn sigmoid_of_quotient(x) { x.exp() / (1.0 + x.exp()) }
        is logistic, sigmoid_slopes;
    /// `(eᵘ − e^−u)/(eᵘ + e^−u) → tanh(u)`.
    fn tanh_typed(x) { (x.exp() - (-x).exp()) / (x.exp() + (-x).exp()) }
        is core_math::tanh, |x| {
            let sech = 4.0 * logistic(2.0 * x) * logistic(-2.0 * x);
            (sech, -2.0 * core_math::tanh(x) * sech)
        };
    /// `eᵘ − 1 → exp_m1(u)`.
    fn exp_minus_one(x) { x.exp() - 1.0 }
        is core_math::expm1, |x| (core_math::exp(x), core_math::exp(x));
    /// `ln(1 + u) → ln_1p(u)`.
    fn ln_of_sum(x) { (1.0 + x * x).ln() }
        is |x| core_math::log1p(x * x), |x| {
            let sum = 1.0 + x * x;
            (2.0 * x / sum, 2.0 * (1.0 - x * x) / (sum * sum))
        };
    /// `√u² → |u|`.
    fn root_of_square(x) { (x * x).sqrt() }
        is f64::abs, |x| (if x == 0.0 { 0.0 } else { x.signum() }, 0.0);
    /// `tanh(ln(1 + eᵘ))` without overflow.
    fn mish_typed(x) { x * (1.0 + x.exp()).ln().tanh() }
        is |x| x * core_math::tanh(rectifier(x)), mish_slopes;
}

fn sigmoid_slopes(x: f64) -> (f64, f64) {
    let (s, r) = (logistic(x), logistic(-x));
    (s * r, s * r * (r - s))
}

/// Floats that are looked at in one call.
const BLOCK: u32 = 1 << 16;

/// Neither the value nor the derivative is NaN at any finite x, or wrong by more than a backward stable evaluation is.
fn check<K: Activation<f32>>(kernel: &K, value: impl Fn(f64) -> f64, slopes: impl Fn(f64) -> (f64, f64)) {
    let (step, looked_at) = if cfg!(debug_assertions) { (16_411, 1) } else { (1, 257) };
    let dy = vec![1.0; BLOCK as usize];
    let (mut y, mut dx) = (dy.clone(), dy.clone());
    let mut points =
        (0..=u32::MAX / step).map(|i| f32::from_bits(i * step)).filter(|x| x.is_finite()).peekable();
    while points.peek().is_some() {
        let x: Vec<f32> = points.by_ref().take(BLOCK as usize).collect();
        let (dy, y, dx) = (&dy[..x.len()], &mut y[..x.len()], &mut dx[..x.len()]);
        kernel.forward_backward(&x, dy, y, dx).unwrap();
        let nan = x.iter().zip(&*y).zip(&*dx).find(|((_, y), dx)| y.is_nan() || dx.is_nan());
        assert!(nan.is_none(), "((x, f), f′) = {nan:?}");
        for ((&x, &y), &dx) in x.iter().zip(&*y).zip(&*dx).step_by(looked_at) {
            let wide = f64::from(x);
            let (exact, (slope, curvature)) = (value(wide), slopes(wide));
            for (what, found, exact, slope) in [("f", y, exact, slope), ("f′", dx, slope, curvature)] {
                let bound =
                    2f64.powi(-22) * (exact.abs() + (wide * slope).abs()) + f64::from(f32::MIN_POSITIVE);
                let right = (f64::from(found) - exact).abs() <= bound || found == exact as f32;
                assert!(right, "{what}({x:e}) = {found:e}, not {exact:e}");
            }
        }
    }
}
