//! Kernels on slices, on every instruction set of the machine: any length, any alignment, any number, and errors
//! that leave the outputs alone. The truth is the same formula in plain Rust.

mod kernels;

use activation_runtime::activation::{Activation, MultiActivation, MultiTrainable, Trainable};
use activation_runtime::element::Element;
use activation_runtime::float::Float;
use activation_runtime::higher_order::SecondOrderActivation;
use activation_runtime::kernel::{Info, Kernel, SecondOrder};
use activation_runtime::level::{Level, with_level};
use activation_runtime::real::Real;
use kernels::{Arc, Bilinear, Gate, Prelu, Relu, Softsign};

/// Lengths around those of one register and of two, on every instruction set.
const LENGTHS: [usize; 22] =
    [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 96, 100, 127, 1025];

/// `len` numbers of every kind, starting with the special ones.
fn numbers<T: Element>(len: usize) -> Vec<T> {
    let special =
        [0.0, -0.0, f64::NAN, f64::INFINITY, -f64::INFINITY, 1e-40, -1e-310, 3e38, -1e300, 1e20, 0.5];
    let mixed = (0..).map(|i: u32| f64::from(i.wrapping_mul(2_654_435_761)) / 2f64.powi(28) - 8.0);
    special.into_iter().chain(mixed).take(len).map(|x| T::narrow(T::Float::from_f64(x))).collect()
}

/// The same bits, or both NaN.
fn same<T: Element>(a: T, b: T) -> bool {
    let (a, b) = (a.widen().to_f64(), b.widen().to_f64());
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

fn assert_same<T: Element>(found: &[T], expected: &[T], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(same(*found, *expected), "{what} at {i}: {found:?}, not {expected:?}");
    }
}

fn on_every_level(test: impl Fn(Level)) {
    for level in Level::available() {
        with_level(level, || test(level));
    }
}

/// Every entry point of an activation against `truth`, which gives f and f′.
fn check<T: Element>(activation: &dyn Activation<T>, truth: impl Fn(T::Float) -> (T::Float, T::Float))
where
    T::Float: core::ops::Mul<Output = T::Float>,
{
    on_every_level(|level| {
        for len in LENGTHS {
            for offset in [0, 1, 3] {
                let what =
                    format!("{} of {} on {level:?}", activation.info().name, core::any::type_name::<T>());
                let x = &numbers::<T>(len + offset)[offset..];
                let dy: Vec<_> = numbers::<T>(len + 11).split_off(11);
                let f = |x: &T| T::narrow(truth(x.widen()).0);
                let df = |(x, dy): (&T, &T)| T::narrow(dy.widen() * truth(x.widen()).1);
                let expected: Vec<_> = x.iter().map(f).collect();
                let gradient: Vec<_> = x.iter().zip(&dy).map(df).collect();

                let sentinel = T::narrow(T::Float::from_f64(77.0));
                let mut y = vec![sentinel; len + 5];
                let mut dx = vec![sentinel; len + 5];
                activation.forward(x, &mut y[2..len + 2]).unwrap();
                assert_same(&y[2..len + 2], &expected, &what);
                activation.backward(x, &dy, &mut dx[1..=len]).unwrap();
                assert_same(&dx[1..=len], &gradient, &what);
                for left in [&y[..2], &y[len + 2..], &dx[..1], &dx[len + 1..]] {
                    assert!(left.iter().all(|&left| same(left, sentinel)), "{what} writes beyond its slice");
                }

                let (mut y2, mut dx2) = (vec![sentinel; len], vec![sentinel; len]);
                activation.forward_backward(x, &dy, &mut y2, &mut dx2).unwrap();
                assert_same(&y2, &expected, &what);
                assert_same(&dx2, &gradient, &what);

                let mut inplace = x.to_vec();
                activation.forward_inplace(&mut inplace);
                assert_same(&inplace, &expected, &what);
            }
        }
    });
}

#[test]
fn relu() {
    check::<f32>(&Relu, |x| (if x > 0.0 || x.is_nan() { x } else { 0.0 }, if x > 0.0 { 1.0 } else { 0.0 }));
    check::<f64>(&Relu, |x| (if x > 0.0 || x.is_nan() { x } else { 0.0 }, if x > 0.0 { 1.0 } else { 0.0 }));
}

#[test]
fn softsign() {
    check::<f32>(&Softsign, |x| (x / (x.abs() + 1.0), 1.0 / ((x.abs() + 1.0) * (x.abs() + 1.0))));
    check::<f64>(&Softsign, |x| (x / (x.abs() + 1.0), 1.0 / ((x.abs() + 1.0) * (x.abs() + 1.0))));
}

#[cfg(feature = "half")]
#[test]
fn half_precision() {
    let softsign = |x: f32| (x / (x.abs() + 1.0), 1.0 / ((x.abs() + 1.0) * (x.abs() + 1.0)));
    check::<half::f16>(&Softsign, softsign);
    check::<half::bf16>(&Softsign, softsign);
}

#[test]
fn rescue_computes_just_the_bad_lanes_again() {
    // In f32, a lane is rescued where x² overflows, and there the truth is f64's; elsewhere it stays f32's.
    let value = |x: f32| {
        if (x * x).is_finite() { (x * x + 1.0).sqrt() } else { (f64::from(x).powi(2) + 1.0).sqrt() as f32 }
    };
    let x: Vec<f32> =
        (0..4000u32).map(|i| f32::from_bits(i * 1_073_700 + 77)).filter(|x| x.is_finite()).collect();
    let ones = vec![1.0; x.len()];
    on_every_level(|level| {
        let (mut y, mut dx) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        let (mut y2, mut dx2) = (y.clone(), dx.clone());
        Arc.forward(&x, &mut y).unwrap();
        Arc.backward(&x, &ones, &mut dx).unwrap();
        Arc.forward_backward(&x, &ones, &mut y2, &mut dx2).unwrap();
        assert_same(&y2, &y, "forward_backward");
        assert_same(&dx2, &dx, "forward_backward");
        for i in 0..x.len() {
            let exact = f64::from(x[i]) / (f64::from(x[i]).powi(2) + 1.0).sqrt();
            assert!(same(y[i], value(x[i])), "{level:?} {}: {}", x[i], y[i]);
            assert!(
                (f64::from(dx[i]) - exact).abs() <= 1.2e-7 * exact.abs(),
                "{level:?} {}: {}",
                x[i],
                dx[i]
            );
        }
    });
}

#[test]
fn gate() {
    on_every_level(|level| {
        for len in LENGTHS {
            let (a, b, dy) = (&numbers::<f32>(len), &numbers(len + 5)[5..], &numbers(len + 23)[23..]);
            let s = |a: f32| a / (a.abs() + 1.0);
            let ds = |a: f32| 1.0 / ((a.abs() + 1.0) * (a.abs() + 1.0));
            let each = |f: &dyn Fn(usize) -> f32| (0..len).map(f).collect::<Vec<_>>();
            let expected = each(&|i| s(a[i]) * b[i]);
            let [expected_a, expected_b] = [each(&|i| dy[i] * (ds(a[i]) * b[i])), each(&|i| dy[i] * s(a[i]))];

            let mut y = vec![0.0; len];
            let [mut da, mut db] = [vec![0.0; len], vec![0.0; len]];
            Gate.forward([a, b], &mut y).unwrap();
            Gate.backward([a, b], dy, [&mut da, &mut db]).unwrap();
            assert_same(&y, &expected, &format!("{level:?}"));
            assert_same(&da, &expected_a, &format!("{level:?}"));
            assert_same(&db, &expected_b, &format!("{level:?}"));

            let mut y = vec![0.0; len];
            let [mut da, mut db] = [vec![0.0; len], vec![0.0; len]];
            Gate.forward_backward([a, b], dy, &mut y, [&mut da, &mut db]).unwrap();
            assert_same(&y, &expected, &format!("{level:?}"));
            assert_same(&da, &expected_a, &format!("{level:?}"));
            assert_same(&db, &expected_b, &format!("{level:?}"));
        }
    });
}

/// x³, twice differentiable.
struct Cube;

impl Kernel for Cube {
    const INFO: Info = Info::new("Cube", "x³", "3x²");
    #[inline(always)]
    fn value<R: Real>(&self, x: R) -> R {
        x * x * x
    }
    #[inline(always)]
    fn derivative<R: Real>(&self, x: R) -> R {
        x.constant(3.0) * x * x
    }
}

impl SecondOrder for Cube {
    #[inline(always)]
    fn second_derivative<R: Real>(&self, x: R) -> R {
        x.constant(6.0) * x
    }
}

#[test]
fn second_derivatives_times_a_vector() {
    on_every_level(|_| {
        for len in LENGTHS {
            let (x, dy, v) = (&numbers::<f32>(len), &numbers(len + 5)[5..], &numbers(len + 23)[23..]);
            let expected: Vec<_> = (0..len).map(|i| dy[i] * (6.0 * x[i]) * v[i]).collect();
            let mut hv = vec![0.0; len];
            Cube.hessian_vector(x, dy, v, &mut hv).unwrap();
            assert_same(&hv, &expected, "hv");
        }
        let error = Cube.hessian_vector(&[1.0; 3], &[1.0; 3], &[1.0; 2], &mut [0.0; 3]).unwrap_err();
        assert_eq!(error.to_string(), "`v` has length 2, but `x` asks for 3");
    });
}

/// exp(−x²), whose second derivative is ∞ · 0 in floats where x² overflows.
struct Bell;

impl Kernel for Bell {
    const INFO: Info = Info::new("Bell", "exp(−x²)", "−2x · exp(−x²)");
    #[inline(always)]
    fn value<R: Real>(&self, x: R) -> R {
        (-x * x).exp()
    }
    #[inline(always)]
    fn derivative<R: Real>(&self, x: R) -> R {
        x.constant(-2.0) * x * self.value(x)
    }
}

impl SecondOrder for Bell {
    #[inline(always)]
    fn second_derivative<R: Real>(&self, x: R) -> R {
        (x.constant(4.0) * x * x - x.constant(2.0)) * self.value(x)
    }
}

#[test]
fn second_derivatives_are_numbers_wherever_the_input_is_one() {
    on_every_level(|_| {
        let x = [0.0_f32, 1.0, 1e19, -1e20, f32::MAX, f32::INFINITY, f32::NAN];
        let mut hv = [1.0; 7];
        Bell.hessian_vector(&x, &[1.0; 7], &[2.0; 7], &mut hv).unwrap();
        assert_eq!((hv[0], &hv[2..5]), (-4.0, &[0.0; 3][..]));
        assert!((f64::from(hv[1]) - 4.0 * (-1.0_f64).exp()).abs() < 1e-6, "{hv:?}");
        assert!(hv[6].is_nan(), "{hv:?}");
    });
}

#[test]
fn parameters_have_the_gradient_summed_over_the_slice() {
    let prelu = Prelu { slope: 0.25, shift: 0.5 };
    on_every_level(|_| {
        for len in LENGTHS {
            let x: Vec<f32> = (0..len).map(|i| i as f32 - 20.0).collect();
            let dy: Vec<f32> = (0..len).map(|i| (i % 7) as f32).collect();
            let (mut dx, mut dx2) = (vec![0.0; len], vec![0.0; len]);
            let gradient = prelu.backward_params(&x, &dy, &mut dx).unwrap();
            prelu.backward(&x, &dy, &mut dx2).unwrap();
            assert_same(&dx, &dx2, "dx");
            let below = || x.iter().zip(&dy).filter(|(x, _)| **x <= 0.0);
            assert_eq!(gradient.slope, below().map(|(x, dy)| x * dy).sum::<f32>());
            assert_eq!(gradient.shift, below().map(|(_, dy)| dy).sum::<f32>());

            let [mut da, mut db] = [vec![0.0; len], vec![0.0; len]];
            let bilinear = Bilinear { weight: 2.0 };
            let gradient = bilinear.backward_params([&x, &x], &dy, [&mut da, &mut db]).unwrap();
            assert_eq!(gradient.weight, x.iter().zip(&dy).map(|(x, dy)| f64::from(x * x * dy)).sum());
        }
    });
}

#[test]
fn sixteen_million_terms_are_summed_right() {
    // 0.1f32 is what it is; a running f32 sum of it would stall at 2²¹.
    let n = 1 << 24;
    let (x, dy) = (vec![-1.0f32; n], vec![0.1f32; n]);
    let mut dx = vec![0.0; n];
    let gradient = Prelu { slope: 0.25, shift: 0.0 }.backward_params(&x, &dy, &mut dx).unwrap();
    assert_eq!(f64::from(gradient.shift), f64::from(0.1f32) * n as f64);
    assert_eq!(f64::from(gradient.slope), -f64::from(0.1f32) * n as f64);
}

#[test]
fn sums_of_what_is_not_finite_are_as_ieee_says() {
    let bilinear = Bilinear { weight: 1.0 };
    let sum = |x: &[f64]| {
        let ones = vec![1.0; x.len()];
        let [mut da, mut db] = [ones.clone(), ones.clone()];
        bilinear.backward_params([x, &ones], &ones, [&mut da, &mut db]).unwrap().weight
    };
    on_every_level(|_| {
        assert_eq!(sum(&[1.0, f64::INFINITY, 2.0]), f64::INFINITY);
        assert!(sum(&[f64::NEG_INFINITY, f64::INFINITY]).is_nan());
        assert!(sum(&[1.0, f64::NAN]).is_nan());
        assert_eq!(sum(&[1e100, 1.0, -1e100, 1e-3]), 1.001);
        assert_eq!(sum(&[]), 0.0);
    });
}

#[test]
fn lengths_that_differ_are_an_error_that_names_them_and_nothing_is_written() {
    let same = [1.0f32; 7];
    let longer = [1.0f32; 8];
    let untouched = |error: &str, outputs: &[&[f32]], expected: &str| {
        assert_eq!(error, expected);
        assert!(outputs.iter().all(|out| out.iter().all(|&out| out == 5.0)));
    };
    let ([mut y, mut dx], [mut y8, mut dx8]) = ([[5.0f32; 7]; 2], [[5.0f32; 8]; 2]);

    let error = Relu.forward(&same, &mut y8).unwrap_err().to_string();
    untouched(&error, &[&y8], "`y` has length 8, but `x` asks for 7");
    let error = Relu.backward(&same, &longer, &mut dx).unwrap_err().to_string();
    untouched(&error, &[&dx], "`dy` has length 8, but `x` asks for 7");
    let error = Relu.backward(&same, &same, &mut dx8).unwrap_err().to_string();
    untouched(&error, &[&dx8], "`dx` has length 8, but `x` asks for 7");
    let error = Relu.forward_backward(&same, &longer, &mut y, &mut dx).unwrap_err().to_string();
    untouched(&error, &[&y, &dx], "`dy` has length 8, but `x` asks for 7");
    let error = Relu.forward_backward(&same, &same, &mut y8, &mut dx).unwrap_err().to_string();
    untouched(&error, &[&y8, &dx], "`y` has length 8, but `x` asks for 7");
    let error = Relu.forward_backward(&same, &same, &mut y, &mut dx8).unwrap_err().to_string();
    untouched(&error, &[&y, &dx8], "`dx` has length 8, but `x` asks for 7");
    let prelu = Prelu { slope: 0.25, shift: 0.5 };
    let error = prelu.backward_params(&same, &longer, &mut dx).unwrap_err().to_string();
    untouched(&error, &[&dx], "`dy` has length 8, but `x` asks for 7");

    let error = Gate.forward([&same, &longer], &mut y).unwrap_err().to_string();
    untouched(&error, &[&y], "`x[1]` has length 8, but `x[0]` asks for 7");
    let error = Gate.forward([&same, &same], &mut y8).unwrap_err().to_string();
    untouched(&error, &[&y8], "`y` has length 8, but `x` asks for 7");
    let error = Gate.backward([&same, &same], &same, [&mut dx, &mut dx8]).unwrap_err().to_string();
    untouched(&error, &[&dx, &dx8], "`dx[1]` has length 8, but `x` asks for 7");
    let error =
        Gate.forward_backward([&same, &same], &same, &mut y8, [&mut dx, &mut y]).unwrap_err().to_string();
    untouched(&error, &[&dx, &y, &y8], "`y` has length 8, but `x` asks for 7");
    let error = Bilinear { weight: 1.0 }
        .backward_params([&same, &same], &longer, [&mut dx, &mut y])
        .unwrap_err()
        .to_string();
    untouched(&error, &[&dx, &y], "`dy` has length 8, but `x` asks for 7");
}
