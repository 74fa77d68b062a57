//! `Deep` against mpmath, core-math and itself where formulas cancel.

use activation_runtime::arith::Arith;
use activation_runtime::deep::Deep;
use activation_runtime::extended::Extended;
use activation_runtime::real::Real;
use std::collections::BTreeMap;

mod precise;

use precise::{apply, number, same};

type X = Deep<f64>;
precise!(X);

/// The base-2 logarithm of the largest relative error.
const ERROR: f64 = -250.0;

/// mantissa · 2^exponent from two.
fn result<'a>(words: &mut impl Iterator<Item = &'a str>) -> X {
    let mantissa = words.next().unwrap();
    let (negative, digits) = mantissa.strip_prefix('-').map_or((false, mantissa), |digits| (true, digits));
    let value = digits.chars().fold(X::from_f64(0.0), |value, digit| {
        value.scale(4.0) + X::from_f64(f64::from(digit.to_digit(16).unwrap()))
    });
    (if negative { -value } else { value }).scale(words.next().unwrap().parse().unwrap())
}

/// e^x at the largest f64 has an exponent beyond f64, and is a number all the same.
#[test]
fn exponents_beyond_f64() {
    let x = X::from_f64(f64::MAX);
    let one = X::from_f64(1.0);
    assert_eq!((x.exp() / (x.exp() + one)).to_f64(), 1.0);
    assert_eq!((x.exp() / (x + x).exp()).to_f64(), 0.0);
    assert_eq!((x * (-x).exp() / (one + (-x).exp())).to_f64(), 0.0);
    assert_eq!((x.exp() / (x.exp() * x)).to_f64(), (one / x).to_f64());
    assert_eq!(((x * x).exp2() / ((x * x).exp2() + one)).to_f64(), 1.0);
}

#[test]
fn every_function_agrees_with_mpmath() {
    let mut worst = BTreeMap::<&str, f64>::new();
    for line in include_str!("data/deep.txt").lines() {
        let mut words = line.split(' ');
        let function = words.next().unwrap();
        let x: X = number(&mut words);
        let binary = ["add", "mul", "div", "powf", "powi", "hypot", "atan2"].contains(&function);
        let y = if binary { number(&mut words) } else { x };
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

#[test]
fn rounding_to_f64_and_f32_agrees_with_core_math() {
    // A walk over some exponents with changing mantissas.
    let doubles = (0..128_u64).map(|i| f64::from_bits(i << 56 | i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8));
    let singles = (0..128_u32).map(|i| f32::from_bits(i << 24 | i.wrapping_mul(0x9e37_79b9) >> 8));
    precise::rounding_agrees_with_core_math::<X>(f64::MAX, doubles, singles);
}

#[test]
fn two_operands_agree_with_core_math_at_special_values() {
    precise::two_operands_agree_with_core_math::<X>();
}

#[test]
fn rounding_to_integers() {
    precise::rounding_to_integers_agrees_with_f64::<X>();
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
