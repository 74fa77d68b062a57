//! Lanes that are computed again: wherever they stand, on every instruction set, by whichever call.

use activation_runtime::activation::{Activation, Trainable};
use activation_runtime::kernel::{Info, Kernel, Parametric};
use activation_runtime::level::{Level, with_level};
use activation_runtime::real::Real;

/// scale·(1 − cos x), of which f32 keeps nothing near 0, and f64 nothing near 10⁻⁹.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Versine {
    scale: f32,
}

impl Versine {
    fn is_below<R: Real>(x: R, bound: f64) -> R::Mask {
        x.abs().lt(x.constant(bound))
    }
}

impl Kernel for Versine {
    const INFO: Info = Info::new("Versine", "scale · (1 − cos(x))", "scale · √(1 − cos(x)²)");
    const RESCUES: [bool; 2] = [true; 2];
    #[inline(always)]
    fn value<R: Real>(&self, x: R) -> R {
        x.constant(self.scale.into()) * (x.constant(1.0) - x.cos())
    }
    #[inline(always)]
    fn derivative<R: Real>(&self, x: R) -> R {
        let cos = x.cos();
        x.constant(self.scale.into()) * (x.constant(1.0) - cos * cos).sqrt().copysign(x)
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, x: R) -> [Option<R::Mask>; 2] {
        [Some(Self::is_below(x, 1.0)), Some(Self::is_below(x, 0.75))]
    }
}

impl Parametric<1, 1> for Versine {
    const RESCUES_PARAMETERS: bool = true;
    #[inline(always)]
    fn parameter_gradient<R: Real>(&self, [x]: [R; 1]) -> [R; 1] {
        [x.constant(1.0) - x.cos()]
    }
    #[inline(always)]
    fn rescue_parameters<R: Real>(&self, [x]: [R; 1]) -> Option<R::Mask> {
        Some(Self::is_below(x, 1.0))
    }
    fn from_gradient([scale]: [f64; 1]) -> Self {
        Self { scale: scale as f32 }
    }
}

const KERNEL: Versine = Versine { scale: 3.0 };

/// From −π/2 to π/2: some that f32 does for, most of them for f64, some beyond it, zero among them.
fn inputs(len: usize) -> Vec<f32> {
    let unit = |i: usize| (i as f32 * 0.618_034).fract() * 2.0 - 1.0;
    (0..len)
        .map(|i| unit(i) * [1.57, 1.0, 0.1, 1e-3, 1e-9, 1e-25, 1.3][i * 5 / 3 % 7])
        .chain([0.0])
        .skip(1)
        .take(len)
        .collect()
}

/// The value and the derivative.
fn truth(x: f32) -> [f64; 2] {
    let half: f64 = core_math::sin(f64::from(x) / 2.0);
    [2.0 * half * half, core_math::sin(f64::from(x))].map(|y| y * f64::from(KERNEL.scale))
}

/// Calls that give values, gradients or both.
fn apply(x: &[f32], dy: &[f32]) -> [Vec<f32>; 4] {
    let mut results = [(); 4].map(|()| vec![f32::NAN; x.len()]);
    let [y, dx, both_y, both_dx] = &mut results;
    KERNEL.forward(x, y).unwrap();
    KERNEL.backward(x, dy, dx).unwrap();
    KERNEL.forward_backward(x, dy, both_y, both_dx).unwrap();
    results
}

fn bits(results: &[f32]) -> Vec<u32> {
    results.iter().map(|y| y.to_bits()).collect()
}

#[test]
fn results_are_right_and_the_same_everywhere() {
    let x = inputs(1000);
    let dy = vec![-1.5; x.len()];
    let alone: Vec<[u32; 2]> = with_level(Level::Scalar, || {
        x.iter()
            .map(|&x| {
                let [y, dx, ..] = apply(&[x], &dy[..1]);
                [y[0].to_bits(), dx[0].to_bits()]
            })
            .collect()
    });
    for (&x, &[y, dx]) in x.iter().zip(&alone) {
        for (found, expected) in [f32::from_bits(y), f32::from_bits(dx) / dy[0]].into_iter().zip(truth(x)) {
            let tolerance = 1.5e-7 * expected.abs() + f64::from(f32::MIN_POSITIVE) * 1e-6;
            assert!(
                (f64::from(found) - expected).abs() <= tolerance,
                "at {x:e}: {found:e}, not {expected:e}"
            );
        }
    }
    for level in Level::available() {
        // Without a fused multiply–add, elementary functions round otherwise.
        let is_fused = ![Level::Sse42, Level::Wasm128].contains(&level);
        for (from, to) in [(0, 1), (3, 34), (7, 71), (1, 300), (0, 1000)] {
            let [y, dx, both_y, both_dx] = with_level(level, || apply(&x[from..to], &dy[from..to]));
            assert_eq!(bits(&y), bits(&both_y), "{level:?}");
            assert_eq!(bits(&dx), bits(&both_dx), "{level:?}");
            if is_fused {
                let expected = &alone[from..to];
                assert_eq!(bits(&y), expected.iter().map(|x| x[0]).collect::<Vec<_>>(), "{level:?}");
                assert_eq!(bits(&dx), expected.iter().map(|x| x[1]).collect::<Vec<_>>(), "{level:?}");
            }
        }
    }
}

/// Terms of sums take part once, and with the accuracy of their lanes.
#[test]
fn sums_of_what_is_computed_again() {
    for len in [1, 5, 32, 33, 64, 1000, 20_000] {
        let x = inputs(len);
        let dy: Vec<f32> = (0..len).map(|i| [1.0, 0.5, 2.0][i % 3]).collect();
        for level in Level::available() {
            let mut dx = vec![0.0; len];
            let gradient = with_level(level, || KERNEL.backward_params(&x, &dy, &mut dx)).unwrap();
            let expected: f64 = x
                .iter()
                .zip(&dy)
                .map(|(&x, &dy)| truth(x)[0] * f64::from(dy) / f64::from(KERNEL.scale))
                .sum();
            assert!(
                (f64::from(gradient.scale) - expected).abs() <= 1.5e-7 * expected,
                "{len} on {level:?}: {:e}, not {expected:e}",
                gradient.scale
            );
            let [_, alone, ..] = with_level(level, || apply(&x, &dy));
            assert_eq!(bits(&dx), bits(&alone), "{level:?}");
        }
    }
}

/// f64 has no wider registers: it goes on in numbers of 106 bits at once.
#[test]
fn in_f64() {
    let x: Vec<f64> = inputs(100).into_iter().map(f64::from).collect();
    let mut y = vec![f64::NAN; x.len()];
    KERNEL.forward(&x, &mut y).unwrap();
    for (&x, &y) in x.iter().zip(&y) {
        let half: f64 = core_math::sin(x / 2.0);
        let expected = 2.0 * half * half * f64::from(KERNEL.scale);
        let epsilon = if x.abs() < 1.0 { 2.0 * f64::EPSILON } else { 4.0 * f64::EPSILON };
        assert!((y - expected).abs() <= epsilon * expected, "at {x:e}: {y:e}, not {expected:e}");
    }
}

#[cfg(feature = "half")]
#[test]
fn in_half_precision() {
    let x: Vec<half::f16> = inputs(1200).into_iter().map(half::f16::from_f32).collect();
    let mut y = vec![half::f16::NAN; x.len()];
    KERNEL.forward(&x, &mut y).unwrap();
    for (x, y) in x.iter().zip(&y) {
        let expected = half::f16::from_f64(truth(x.to_f32())[0]);
        assert_eq!(y, &expected, "at {x}");
    }
}
