//! `Extended` against mpmath, core-math and itself at exponents that no f64 has.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended;
use activation_runtime::real::Real;
use std::collections::BTreeMap;

mod precise;

use precise::{apply, number, same};

type X = Extended<f64>;
precise!(X);

/// Largest relative error of +, −, ×, ÷ and √.
const ARITHMETIC: f64 = 1.0 / (1_u128 << 102) as f64;
/// Largest relative error of an elementary function, but for powers.
const ELEMENTARY: f64 = 1.0 / (1_u128 << 101) as f64;
/// The error of x^y grows with y: by this much for `powi`, by half of it (|log₂| ≤ ½ of a mantissa) for `powf`.
const POWER: f64 = 1.0 / (1_u128 << 103) as f64;

fn relative_error(got: X, want: X) -> f64 {
    ((got - want) / want).abs().to_f64()
}

#[test]
fn every_function_agrees_with_mpmath() {
    let mut worst = BTreeMap::<&str, f64>::new();
    for line in include_str!("data/extended.txt").lines() {
        let mut words = line.split(' ');
        let function = words.next().unwrap();
        let x = number(&mut words);
        let binary = ["add", "mul", "div", "powf", "powi", "hypot", "atan2"].contains(&function);
        let y = if binary { number(&mut words) } else { x };
        let error = relative_error(apply(function, x, y), number(&mut words));
        let bound = match function {
            "add" | "mul" | "div" | "sqrt" => ARITHMETIC,
            "powf" => ELEMENTARY + POWER / 2.0 * y.abs().to_f64(),
            "powi" => POWER * y.abs().to_f64(),
            _ => ELEMENTARY,
        };
        assert!(error <= bound, "2^{:.1}, not 2^{:.1}: {line}", error.log2(), bound.log2());
        worst.entry(function).and_modify(|w| *w = w.max(error)).or_insert(error);
    }
    for (function, error) in worst {
        println!("{function:9} 2^{:.1}", error.log2());
    }
}

/// Not at `f64::MAX`: its root lies closer to the middle of two f64s than 106 bits can tell.
#[test]
fn rounding_to_f64_and_f32_agrees_with_core_math() {
    // A walk over all exponents with changing mantissas.
    let doubles =
        (0..2048_u64).map(|i| f64::from_bits(i << 52 | i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 12));
    let singles = (0..4096_u32).map(|i| f32::from_bits(i << 19 | i.wrapping_mul(0x9e37_79b9) >> 13));
    precise::rounding_agrees_with_core_math::<X>(1.7e308, doubles, singles);
}

#[test]
fn two_operands_agree_with_core_math_at_special_values() {
    precise::two_operands_agree_with_core_math::<X>();
}

#[test]
fn rounding_to_integers() {
    precise::rounding_to_integers_agrees_with_f64::<X>();
    let (one, tiny) = (X::from_f64(1.0), X::from_f64(1.0).scale(-80.0));
    let half_below = X::from_f64(2.5) - tiny;
    assert_eq!(Arith::round(half_below).to_f64(), 2.0);
    assert_eq!((X::from_f64(2.5) + tiny).round_ties_even().to_f64(), 3.0);
    assert_eq!((one - tiny).floor().to_f64(), 0.0);
    assert_eq!((one.scale(60.0) - one.scale(-1.0)).floor(), one.scale(60.0) - one);
    assert_eq!((one.scale(1e38) + one).ceil(), one.scale(1e38));
}

#[test]
fn no_exponent_is_too_large() {
    let x = X::from_f64(1e38);
    let (e, two) = (x.exp(), x.constant(2.0));
    assert_eq!((e / (e + 2.0)).to_f64(), 1.0);
    assert_eq!(((-x).exp() * e).to_f64(), 1.0);
    assert!((-x).exp() > X::from_f64(0.0) && (-x).exp().to_f64() == 0.0);
    assert!(e.is_finite() && e.to_f64() == f64::INFINITY);
    assert_eq!(x.sigmoid(), X::from_f64(1.0));
    assert_eq!((-x).sigmoid(), (-x).exp());
    assert_eq!((-x).softplus(), (-x).exp());
    assert_eq!(x.softplus(), x);
    assert_eq!(x.tanh().to_f64(), 1.0);
    assert_eq!(x.cosh(), x.sinh());
    assert_eq!(e.exponent(), (1e38_f64 * std::f64::consts::LOG2_E).round());
    assert!(relative_error(e.ln(), x) < 1e-15);
    assert!(relative_error((e * e).ln(), x * two) < 1e-15);
    assert!(x.erfc().is_finite() && x.erfc() > X::from_f64(0.0));
    assert_eq!(x.scale(1e100).hypot(x.scale(1e100)).exponent(), 1e100 + 126.0);
    assert_eq!(two.scale(1e100).sqrt().exponent(), 5e99);
    assert_eq!(two.scale(-3e15).cbrt().exponent(), -1e15);
    assert_eq!(two.powf(two.scale(60.0)).exponent(), 2_f64.powi(61));
    assert_eq!(two.scale(1e9).powi(-3).exponent(), -3.0 * (1e9 + 1.0));
    // e to the power of itself a few times leaves even this range, as overflow and underflow do.
    let tower = X::from_f64(1e4).exp().exp();
    assert_eq!(tower.to_f64(), f64::INFINITY);
    assert_eq!(tower.recip().to_f64(), 0.0);
    assert!(same((-X::from_f64(1e4).exp()).exp().to_f64(), 0.0));
}

#[test]
fn constants_take_the_element_type() {
    let single = Extended::<f32>::from(1.0);
    assert_eq!(single.constant(0.1).to_f64(), f64::from(0.1_f32));
    assert_eq!((single * 0.1).to_f64(), f64::from(0.1_f32));
    assert_eq!(single.cast::<f64>().constant(0.1).to_f64(), 0.1);
    assert_eq!(Extended::<f32>::from_f64(0.1).to_f64(), 0.1);
    assert_eq!((single / 3.0).to_element(), 1.0 / 3.0);
}

/// Rounding happens once: a tie at 53 bits, decided at 106, comes out right at 24 bits and in subnormals.
#[test]
fn conversions_round_once() {
    let one = X::from_f64(1.0);
    for (ulp, exponent) in [(-23.0, 0.0), (-23.0, -126.0), (-20.0, -129.0)] {
        let half = one.scale(ulp - 1.0);
        for (nudge, up) in [(-90.0, false), (-60.0, false), (90.0, true), (60.0, true)] {
            let tie = one + half;
            let x = if nudge < 0.0 { tie - one.scale(nudge) } else { tie + one.scale(-nudge) };
            let want = if up { one + one.scale(ulp) } else { one };
            assert_eq!(f64::from(x.scale(exponent).to_f32()), want.scale(exponent).to_f64());
            assert_eq!(f64::from((-x).scale(exponent).to_f32()), -want.scale(exponent).to_f64());
        }
    }
    for bits in [1.0, 2.0, 3.0, 1025.0] {
        let x = X::from_f64(bits) + X::from_f64(0.5);
        let below = (x - one.scale(-70.0)).scale(-1074.0).to_f64();
        let above = (x + one.scale(-70.0)).scale(-1074.0).to_f64();
        assert_eq!((below.to_bits(), above.to_bits()), (bits as u64, bits as u64 + 1));
    }
    assert_eq!(one.scale(-1075.0).to_f64(), 0.0);
    assert_eq!((one + one.scale(-100.0)).scale(-1075.0).to_f64(), 5e-324);
}

/// Every function at every seam: powers of two and their neighbours 2⁻⁵³ and 2⁻¹⁰⁶ away, exponents of all sizes.
#[test]
fn results_are_numbers_wherever_the_function_is_defined() {
    let total = [
        "exp", "exp2", "exp_m1", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh", "asinh", "sigmoid",
        "softplus", "erf", "erfc", "cbrt", "add", "mul", "div", "hypot", "atan2",
    ];
    let positive = ["ln", "log2", "log10", "sqrt", "ln_1p", "powf"];
    let inside = ["asin", "acos", "atanh"];
    let one = X::from_f64(1.0);
    let exponents =
        (-130..=130).chain([300, 901, 1022, 1023, 1024, 5000]).map(f64::from).flat_map(|e| [e, -e]);
    for exponent in exponents.chain([1e15, -1e15, 1e38, -1e38, 1e300, -1e300]) {
        for mantissa in [one, X::from_f64(std::f64::consts::SQRT_2)] {
            for nudge in
                [X::from_f64(0.0), one.scale(-53.0), -one.scale(-54.0), one.scale(-106.0), -one.scale(-106.0)]
            {
                let x = (mantissa + nudge).scale(exponent);
                for function in total {
                    for x in [x, -x] {
                        let y = apply(function, x, one);
                        assert!(!Arith::is_nan(y), "{function}({x:?})");
                    }
                }
                for function in positive {
                    assert!(!Arith::is_nan(apply(function, x, x)), "{function}({x:?})");
                }
                if x < one {
                    for function in inside {
                        for x in [x, -x] {
                            assert!(apply(function, x, x).is_finite(), "{function}({x:?})");
                        }
                    }
                } else {
                    assert!(x.acosh().is_finite(), "acosh({x:?})");
                }
                assert_eq!(x + x, x.scale(1.0));
                assert_eq!(x - x, X::from_f64(0.0));
                assert_eq!(x / x, one);
                let larger = x.scale(exponent.abs().max(1.0));
                assert!(x < larger && -x > -larger);
            }
        }
    }
}
