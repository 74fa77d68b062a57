//! Lanes that a kernel wants rescued come out right however much cancels.

use activation_runtime::activation::Activation;
use activation_runtime::arith::Arith;
use activation_runtime::kernel::{Info, Kernel};
use activation_runtime::real::Real;

/// Declares a kernel whose every lane is computed again.
macro_rules! kernel {
    ($name:ident |$x:ident| $value:expr, $derivative:expr) => {
        struct $name;

        impl Kernel for $name {
            const INFO: Info = Info::new(stringify!($name), "", "");
            const RESCUES: [bool; 2] = [true; 2];
            fn value<R: Real>(&self, $x: R) -> R {
                $value
            }
            fn derivative<R: Real>(&self, $x: R) -> R {
                $derivative
            }
            fn rescue<R: Real>(&self, x: R) -> [Option<R::Mask>; 2] {
                [Some(x.eq(x)), Some(x.eq(x))]
            }
        }
    };
}

fn one<R: Arith>(x: R) -> R {
    x.constant(1.0)
}

fn root<R: Arith>(x: R, more: f64) -> R {
    (x * x + x.constant(more)).sqrt()
}

kernel!(Versine | x | one(x) - x.cos(), x.sin());
kernel!(Squareplus | x | (x + root(x, 4.0)) / x.constant(2.0), (one(x) + x / root(x, 4.0)) / x.constant(2.0));
kernel!(Tail | x | one(x) + x.erf(), -x * (one(x) + x.erf()));
kernel!(LogSigmoid | x | x - (one(x) + x.exp()).ln(), one(x) - x.exp() / (one(x) + x.exp()));
kernel!(Softplus2 | x | (one(x) + x.exp2()).log2(), x.exp2() / (one(x) + x.exp2()));
kernel!(Step | x | R::select((x + one(x) - x).eq(one(x)), x, -x), (x + one(x) - x).floor());

/// f and f′ at the points, in f32.
fn apply(kernel: &impl Kernel, x: &[f32]) -> Vec<[f32; 2]> {
    let (mut y, mut dx) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    let dy = vec![1.0; x.len()];
    Activation::forward_backward(kernel, x, &dy, &mut y, &mut dx).unwrap();
    y.into_iter().zip(dx).map(|(y, dx)| [y, dx]).collect()
}

/// Equal but for the last place, which the roundings of the expectation take up.
fn assert_close(got: [f32; 2], want: [f64; 2], x: f32) {
    for (got, want) in got.into_iter().zip(want) {
        let want32 = want as f32;
        assert!(
            got == want32 || got == want32.next_up() || got == want32.next_down(),
            "at {x:e}: {got:e}, not {want32:e}"
        );
    }
}

#[test]
fn what_cancels_in_f32s_range() {
    let x = [1e-3, 1e-10, 1e-17, 3e-19, -2e-15, 1e-22, 5.0];
    for (x, got) in x.into_iter().zip(apply(&Versine, &x)) {
        let half = core_math::sin(f64::from(x) / 2.0);
        assert_close(got, [2.0 * half * half, core_math::sin(f64::from(x))], x);
    }
    let x = [-10.0, -1e10, -1e15, -1e19, -1e30, -1e38, f32::MIN, 1e38, 3.0];
    for (x, got) in x.into_iter().zip(apply(&Squareplus, &x)) {
        let wide = f64::from(x);
        let root = core_math::hypot(wide, 2.0);
        let value = if x < 0.0 { 2.0 / (root - wide) } else { (wide + root) / 2.0 };
        let slope = if x < 0.0 { 2.0 / (root * (root - wide)) } else { (1.0 + wide / root) / 2.0 };
        assert_close(got, [value, slope], x);
    }
    let x = [-1.0, -5.0, -8.5, -9.5, -10.0, 1.0];
    for (x, got) in x.into_iter().zip(apply(&Tail, &x)) {
        let tail = core_math::erfc(-f64::from(x));
        assert_close(got, [tail, -f64::from(x) * tail], x);
    }
    let x = [-100.0, -1.0, 1.0, 30.0, 80.0, 100.0, 1e10, 1e20, 1e30, 1e38, f32::MAX, f32::MIN];
    for (x, got) in x.into_iter().zip(apply(&LogSigmoid, &x)) {
        let decay = core_math::exp(-f64::from(x).abs());
        let value = f64::from(x).min(0.0) - core_math::log1p(decay);
        let slope = if x < 0.0 { 1.0 / (1.0 + decay) } else { decay / (1.0 + decay) };
        assert_close(got, [value, slope], x);
    }
}

/// Which side a select takes, and where a step lies, are decided with enough bits too.
#[test]
fn comparisons_and_steps() {
    let x = [1e-38, 1e10, 1e20, 1e35, 1e38, -1e38, f32::MAX];
    for (x, got) in x.into_iter().zip(apply(&Step, &x)) {
        assert_eq!(got, [x, 1.0]);
    }
}

/// In f64 as far as 384 bits reach.
#[test]
fn what_cancels_in_f64() {
    let x = [1e-5, 1e-17, 1e-25, 1e-45];
    let mut y = [0.0; 4];
    Activation::<f64>::forward(&Versine, &x, &mut y).unwrap();
    for (x, y) in x.into_iter().zip(y) {
        let half = core_math::sin(x / 2.0);
        let want: f64 = 2.0 * half * half;
        assert!((y - want).abs() <= 2.0 * f64::EPSILON * want, "at {x:e}: {y:e}, not {want:e}");
    }
    // Beyond, the two halves of an extended number keep what they can.
    let x = [-30.0, -100.0, -300.0, -746.0];
    Activation::<f64>::forward(&Softplus2, &x, &mut y).unwrap();
    for (x, y) in x.into_iter().zip(y) {
        let want: f64 = core_math::log1p(core_math::exp2(x)) / core::f64::consts::LN_2;
        assert!((y - want).abs() <= 2.0 * f64::EPSILON * want, "at {x:e}: {y:e}, not {want:e}");
    }
}
