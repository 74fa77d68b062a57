//! `Deep` against mpmath, core-math and itself where formulas cancel.

use activation_runtime::arith::Arith;
use activation_runtime::deep::Deep;
use activation_runtime::extended::Extended;
use activation_runtime::real::Real;
use std::collections::BTreeMap;

type X = Deep<f64>;

/// The base-2 logarithm of the largest relative error.
const ERROR: f64 = -250.0;

/// (hi + lo) · 2^exponent from three words of a golden file.
fn argument<'a>(words: &mut impl Iterator<Item = &'a str>) -> X {
    let mut bits = || f64::from_bits(u64::from_str_radix(words.next().unwrap(), 16).unwrap());
    let (hi, lo) = (bits(), bits());
    (X::from_f64(hi) + X::from_f64(lo)).scale(words.next().unwrap().parse().unwrap())
}

/// mantissa · 2^exponent from two.
fn result<'a>(words: &mut impl Iterator<Item = &'a str>) -> X {
    let mantissa = words.next().unwrap();
    let (negative, digits) = mantissa.strip_prefix('-').map_or((false, mantissa), |digits| (true, digits));
    let value = digits.chars().fold(X::from_f64(0.0), |value, digit| {
        value.scale(4.0) + X::from_f64(f64::from(digit.to_digit(16).unwrap()))
    });
    (if negative { -value } else { value }).scale(words.next().unwrap().parse().unwrap())
}

fn apply(function: &str, x: X, y: X) -> X {
    match function {
        "add" => x + y,
        "mul" => x * y,
        "div" => x / y,
        "sqrt" => x.sqrt(),
        "exp" => x.exp(),
        "exp2" => x.exp2(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "ln_1p" => x.ln_1p(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "cbrt" => x.cbrt(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "asinh" => x.asinh(),
        "acosh" => x.acosh(),
        "atanh" => x.atanh(),
        "sigmoid" => x.sigmoid(),
        "softplus" => x.softplus(),
        "erf" => x.erf(),
        "erfc" => x.erfc(),
        "powf" => x.powf(y),
        "powi" => x.powi(y.to_f64() as i32),
        "hypot" => x.hypot(y),
        "atan2" => x.atan2(y),
        unknown => panic!("no function {unknown}"),
    }
}

#[test]
fn every_function_agrees_with_mpmath() {
    let mut worst = BTreeMap::<&str, f64>::new();
    for line in include_str!("data/deep.txt").lines() {
        let mut words = line.split(' ');
        let function = words.next().unwrap();
        let x = argument(&mut words);
        let binary = ["add", "mul", "div", "powf", "powi", "hypot", "atan2"].contains(&function);
        let y = if binary { argument(&mut words) } else { x };
        let want = result(&mut words);
        let error = ((apply(function, x, y) - want) / want).exponent();
        assert!(error <= ERROR, "2^{error}: {line}");
        worst.entry(function).and_modify(|w| *w = w.max(error)).or_insert(error);
    }
    assert!(worst.len() > 30, "few functions: {worst:?}");
    for (function, error) in worst {
        println!("{function:9} 2^{error}");
    }
}

/// Each function at arguments for which the rounded result is known to be right from core-math.
#[test]
fn rounding_to_f64_and_f32_agrees_with_core_math() {
    type F = (&'static str, fn(X) -> X, fn(f64) -> f64, fn(f32) -> f32);
    let functions: [F; 24] = [
        ("exp", X::exp, core_math::exp, core_math::expf),
        ("exp2", X::exp2, core_math::exp2, core_math::exp2f),
        ("exp_m1", X::exp_m1, core_math::expm1, core_math::expm1f),
        ("ln", X::ln, core_math::log, core_math::logf),
        ("ln_1p", X::ln_1p, core_math::log1p, core_math::log1pf),
        ("log2", X::log2, core_math::log2, core_math::log2f),
        ("log10", X::log10, core_math::log10, core_math::log10f),
        ("cbrt", X::cbrt, core_math::cbrt, core_math::cbrtf),
        ("sqrt", X::sqrt, f64::sqrt, f32::sqrt),
        ("sin", X::sin, core_math::sin, core_math::sinf),
        ("cos", X::cos, core_math::cos, core_math::cosf),
        ("tan", X::tan, core_math::tan, core_math::tanf),
        ("asin", X::asin, core_math::asin, core_math::asinf),
        ("acos", X::acos, core_math::acos, core_math::acosf),
        ("atan", X::atan, core_math::atan, core_math::atanf),
        ("sinh", X::sinh, core_math::sinh, core_math::sinhf),
        ("cosh", X::cosh, core_math::cosh, core_math::coshf),
        ("tanh", X::tanh, core_math::tanh, core_math::tanhf),
        ("asinh", X::asinh, core_math::asinh, core_math::asinhf),
        ("acosh", X::acosh, core_math::acosh, core_math::acoshf),
        ("atanh", X::atanh, core_math::atanh, core_math::atanhf),
        ("erf", X::erf, core_math::erf, core_math::erff),
        ("erfc", X::erfc, core_math::erfc, core_math::erfcf),
        ("recip", X::recip, |x| 1.0 / x, |x| 1.0 / x),
    ];
    // A walk over all exponents of both signs with changing mantissas.
    let walk64 = (0..128_u64).map(|i| f64::from_bits(i << 56 | i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8));
    let walk32 = (0..128_u32).map(|i| f32::from_bits(i << 24 | i.wrapping_mul(0x9e37_79b9) >> 8));
    let special =
        [0.0, 5e-324, 1e-310, 0.5, 1.0, 2.0, 3.0, 1e-5, 0.1, 1e22, f64::MAX, f64::INFINITY, f64::NAN];
    let doubles: Vec<f64> = special.into_iter().chain(walk64).flat_map(|x| [x, -x]).collect();
    let singles: Vec<f32> =
        special.map(|x| x as f32).into_iter().chain(walk32).flat_map(|x| [x, -x]).collect();
    for (name, deep, double, single) in functions {
        for &x in &doubles {
            let (got, want) = (deep(X::from_f64(x)).to_f64(), double(x));
            assert!(same(got, want), "{name}({x:e}): {got:e}, not {want:e}");
        }
        for &x in &singles {
            let (got, want) = (deep(X::from_f64(f64::from(x))).to_f32(), single(x));
            assert!(same(f64::from(got), f64::from(want)), "{name}({x:e}_f32): {got:e}, not {want:e}");
        }
    }
}

/// Bit for bit, any NaN being as good as another.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

const SPECIAL: [f64; 13] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    3.0,
    1e300,
    -1e-300,
    5e-324,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

#[test]
fn two_operands_agree_with_core_math_at_special_values() {
    type F = (&'static str, fn(X, X) -> X, fn(f64, f64) -> f64);
    let functions: [F; 9] = [
        ("+", |x, y| x + y, |x, y| x + y),
        ("−", |x, y| x - y, |x, y| x - y),
        ("×", |x, y| x * y, |x, y| x * y),
        ("÷", |x, y| x / y, |x, y| x / y),
        ("max", Arith::max, |x, y| if x.is_nan() || x > y { x } else { y }),
        ("min", Arith::min, |x, y| if x.is_nan() || x < y { x } else { y }),
        ("copysign", Arith::copysign, f64::copysign),
        ("powf", Real::powf, core_math::pow),
        ("atan2", Real::atan2, core_math::atan2),
    ];
    for x in SPECIAL {
        for y in SPECIAL {
            let (a, b) = (X::from_f64(x), X::from_f64(y));
            for (name, deep, double) in functions {
                let (got, want) = (deep(a, b).to_f64(), double(x, y));
                assert!(same(got, want), "{name}({x:e}, {y:e}): {got:e}, not {want:e}");
            }
            assert_eq!(
                [a.lt(b), a.le(b), a.gt(b), a.ge(b), Arith::eq(a, b), Arith::ne(a, b)],
                [x < y, x <= y, x > y, x >= y, x == y, x != y],
                "{x:e} beside {y:e}"
            );
        }
    }
}

#[test]
fn rounding_to_integers() {
    let halves = (-40..=40).map(|i| f64::from(i) / 8.0);
    for x in SPECIAL.into_iter().chain(halves).chain([4503599627370495.5, -4503599627370495.5, 1e15 + 0.5]) {
        let e = X::from_f64(x);
        for (name, got, want) in [
            ("floor", e.floor(), x.floor()),
            ("ceil", e.ceil(), x.ceil()),
            ("trunc", e.trunc(), x.trunc()),
            ("round", e.round(), x.round()),
            ("round_ties_even", e.round_ties_even(), x.round_ties_even()),
        ] {
            assert!(same(got.to_f64(), want), "{name}({x}): {got:?}, not {want}");
        }
    }
}

/// Halfway between two floats, and a 2⁻³⁵⁰th part above.
#[test]
fn conversions_round_once() {
    for x in [1.0, 1.0 + f64::EPSILON, f64::MIN_POSITIVE, 3.0 * f64::from_bits(1), f64::from_bits(1), 0.0] {
        let next = x.next_up();
        let middle = (X::from_f64(x) + X::from_f64(next)).scale(-1.0);
        let even = if x.to_bits() & 1 == 0 { x } else { next };
        assert_eq!(middle.to_f64().to_bits(), even.to_bits());
        assert_eq!((middle + middle.scale(-350.0)).to_f64().to_bits(), next.to_bits());
        assert_eq!((middle - middle.scale(-350.0)).to_f64().to_bits(), x.to_bits());
    }
    for x in [1.0, f32::MIN_POSITIVE, 3.0 * f32::from_bits(1), f32::from_bits(1), 0.0, f32::MAX] {
        let next = x.next_up();
        let above = if next.is_finite() { f64::from(next) } else { 2.0_f64.powi(128) };
        let middle = (X::from_f64(x.into()) + X::from_f64(above)).scale(-1.0);
        let even = if x.to_bits() & 1 == 0 { x } else { next };
        assert_eq!(middle.to_f32().to_bits(), even.to_bits());
        assert_eq!((middle + middle.scale(-350.0)).to_f32().to_bits(), next.to_bits());
        assert_eq!((middle - middle.scale(-350.0)).to_f32().to_bits(), x.to_bits());
    }
}

#[test]
fn extended_numbers_are_taken_over_exactly() {
    for x in [0.0, -0.0, 1.0, -1e300, 5e-324, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
        assert!(same(X::from(Extended::from(x)).to_f64(), x));
    }
    let (one, tiny) = (Extended::<f64>::from(1.0), 2.0_f64.powi(-80));
    let difference = X::from((one + tiny).scale(1e17)) - X::from(one.scale(1e17));
    assert_eq!((difference.exponent(), difference.scale(-1e17).to_f64()), (1e17 - 80.0, tiny));
}

/// Formulas that lose up to 253 bits, and exponents that no integer type holds.
#[test]
fn formulas_that_cancel_in_f32s_range() {
    let number = Deep::<f32>::from_f64;
    for x in [1e-17, 3e-30, 1.2e-38, 1e-45_f32] {
        let wide = f64::from(x);
        let x = number(wide);
        assert_eq!((x.constant(1.0) - x.cos()).to_f64(), number(wide).sin().powi(2).scale(-1.0).to_f64());
        assert_eq!((x.exp() - x - 1.0).to_f32(), (wide * wide / 2.0) as f32);
    }
    for x in [-1e19, -1e38, -3.4e38_f32] {
        let wide = f64::from(x);
        let x = number(wide);
        assert_eq!((x + (x * x + 4.0).sqrt()).to_f32(), (-2.0 / wide) as f32);
        // 1 + x/√(1 + x²) = 1/(2x²) to within 2⁻¹²⁵ of it
        let half = (x / (x * x + 1.0).sqrt() + 1.0) * x * x;
        assert_eq!(half.to_f32(), 0.5);
    }
    for x in [89.0, 1e10, 1e17, 1e30, 1e38, f32::MAX] {
        let x = number(f64::from(x));
        let one = x.constant(1.0);
        let e = x.exp();
        assert_eq!((e / (e + 2.0)).to_f32(), 1.0);
        assert_eq!((e.recip() * e).to_f32(), 1.0);
        // x − ln(1 + e^x) = −e^(−x), in floats 0 from here on but for the first
        let tail = (x - (one + e).ln()).abs();
        assert!(tail.exponent() <= -128.0, "{tail:?}");
        // Squares of such exponents keep their order of magnitude.
        let big = (x * x).exp();
        assert_eq!((big / (big + 2.0)).to_f32(), 1.0);
    }
    for x in [-5.0, -9.0, -13.0] {
        let x = number(x);
        assert_eq!((x.erf() + 1.0).to_f64(), (-x).erfc().to_f64());
    }
}
