//! Claimed errors beside true ones: random expressions, whose truth is computed with 384 bits.

use fastrand::Rng;

use super::*;
use crate::deep::Deep;

/// A float of any size, or one that activations see.
fn float(random: &mut Rng) -> f32 {
    let unit = random.f32() * 2.0 - 1.0;
    match random.usize(..6) {
        0 => unit * 2.0_f32.powi(random.i32(-125..125)),
        1 => [0.0, 1.0, -1.0, 0.5, 2.0, 1e-40, -1e30][random.usize(..7)],
        _ => unit * [0.01, 1.0, 5.0, 40.0][random.usize(..4)],
    }
}

/// Functions of one number, of two, and choices among three.
const UNARY: usize = 34;
const BINARY: usize = 10;
const TERNARY: usize = 3;

fn unary<R: Real>(index: usize, x: R) -> R {
    let functions: [fn(R) -> R; UNARY] = [
        |x| x + x.constant(1.0),
        |x| x - x.constant(0.1),
        |x| -x,
        |x| x * x,
        |x| x.powi(5),
        |x| x.powi(-3),
        Real::recip,
        Arith::abs,
        Arith::sqrt,
        Real::exp,
        Real::exp2,
        Real::exp_m1,
        Real::ln,
        Real::ln_1p,
        Real::log2,
        Real::log10,
        Real::cbrt,
        Real::sin,
        Real::cos,
        Real::tan,
        Real::asin,
        Real::acos,
        Real::atan,
        Real::sinh,
        Real::cosh,
        Real::tanh,
        Real::asinh,
        Real::acosh,
        Real::atanh,
        Real::sigmoid,
        Real::softplus,
        Real::erf,
        Real::erfc,
        Arith::floor,
    ];
    functions[index](x)
}

fn binary<R: Real>(index: usize, x: R, y: R) -> R {
    let functions: [fn(R, R) -> R; BINARY] = [
        |x, y| x + y,
        |x, y| x - y,
        |x, y| x * y,
        |x, y| x / y,
        Arith::max,
        Arith::min,
        Real::hypot,
        Real::atan2,
        Real::powf,
        Arith::copysign,
    ];
    functions[index](x, y)
}

fn ternary<R: Real>(index: usize, x: R, y: R, z: R) -> R {
    let functions: [fn(R, R, R) -> R; TERNARY] = [
        |x, y, z| R::select(x.gt(y), y, z),
        |x, y, z| R::select(!x.le(z) & x.ne(y), x - y, y.floor()),
        |x, y, z| x.mul_add(y, z),
    ];
    functions[index](x, y, z)
}

/// The steps of an expression: which function, and of which of the results before.
type Program = Vec<(usize, [usize; 3])>;

/// The inputs, followed by the result of each step.
fn evaluate<R: Real>(program: &Program, inputs: [R; 2]) -> Vec<R> {
    let mut results = inputs.to_vec();
    for &(index, arguments) in program {
        let [x, y, z] = arguments.map(|argument| results[argument]);
        results.push(match index {
            _ if index < UNARY => unary(index, x),
            _ if index < UNARY + BINARY => binary(index - UNARY, x, y),
            _ => ternary(index - UNARY - BINARY, x, y, z),
        });
    }
    results
}

fn random_program(random: &mut Rng) -> Program {
    let binary = |random: &mut Rng| UNARY + random.usize(..BINARY + TERNARY);
    (0..6)
        .map(|step| {
            let index = if random.bool() { random.usize(..UNARY) } else { binary(random) };
            (index, [random.usize(..step + 2), random.usize(..step + 2), step + 1])
        })
        .collect()
}

/// No result of any step is further from the truth than is claimed, and what is settled rounds as the truth does
/// but for an odd float.
#[test]
fn no_error_is_larger_than_claimed() {
    let mut random = Rng::with_seed(1);
    let (mut settled, mut all) = (0, 0);
    for _ in 0..5_000 {
        let program = random_program(&mut random);
        let x = [float(&mut random), float(&mut random)];
        let results = evaluate(&program, x.map(|x| Bounded::exact(f64::from(x))));
        let truths = evaluate(&program, x.map(Deep::from));
        // The first steps' results are what the later ones err about.
        for (step, (result, truth)) in results.iter().zip(&truths).enumerate().skip(2) {
            let Bounded { value, error } = *result;
            if Arith::is_nan(*truth) {
                assert!(!result.is_settled(), "step {step} of {program:?} at {x:?}: {value:e}, not NaN");
                continue;
            }
            all += 1;
            settled += i32::from(result.is_settled());
            if value.is_finite() && error < f64::INFINITY {
                // Bounds are rounded themselves.
                let error = error * (1.0 + 1e-12);
                let off = (Deep::<f32>::from_f64(value) - *truth).abs();
                assert!(
                    off <= Deep::from_f64(error),
                    "step {step} of {program:?} at {x:?}: {value:e} ± {error:e}, not {:e}",
                    truth.to_f64()
                );
            }
        }
    }
    // Nor is it exaggerated so much that all would be computed twice.
    assert!(4 * settled > 3 * all, "{settled} of {all}");
}

/// Comparisons of numbers that are equal, but for rounding, leave what hangs on them open.
#[test]
fn open_comparisons_taint_what_is_selected() {
    let x = Bounded::exact(1.0_f64);
    let third = x / x.constant(3.0);
    let rest = x - third - third;
    for open in [rest.gt(third), !rest.le(third), rest.eq(third) & x.eq(x)] {
        assert!(!Bounded::select(open, x, -x).is_settled());
        // Where both sides are as good as equal, it doesn't matter.
        assert!(Bounded::select(open, third, rest).is_settled());
    }
    assert!(Bounded::select((rest + x).gt(third), x, -x).is_settled());
    assert!(Bounded::select(x.ge(x), x, -x).is_settled());
    assert!(!(rest - third).is_nan().holds());
}

/// What overflows or underflows isn't taken for the infinity or the zero that it looks like.
#[test]
fn beyond_the_range() {
    let x = Bounded::exact(1e38_f64);
    let power = x.powi(9);
    assert!(power.value().is_infinite() && !power.is_settled());
    assert!(!(power / power).is_settled() && !(x.constant(1.0) / power).is_settled());
    let small = Bounded::exact(1e-38_f64).powi(9);
    assert!(small.value() == 0.0 && small.is_settled());
    assert!(!(small / small).is_settled() && !(small * power).is_settled());
    assert!(!Bounded::select(small.gt(x.constant(0.0)), x, -x).is_settled());
}
