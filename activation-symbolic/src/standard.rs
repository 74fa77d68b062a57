//! f64 with the elementary functions of the standard library.
//!
//! Macros run without an optimizer in debug builds; the standard library comes optimised even there, so its functions
//! are ten to thirty times as fast as our own. They are right to two units in the last place where ours are to one,
//! which is as good for estimates. What the standard library hasn't got is made of what it has, but for the error
//! functions.

use std::ops::{Add, Div, Mul, Neg, Sub};

use activation_runtime::arith::Arith;
use activation_runtime::real::Real;

/// A number.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(crate) struct Standard(pub(crate) f64);

/// Accurate near 1, as the standard library's isn't.
pub(crate) fn acosh(x: f64) -> f64 {
    let d = x - 1.0;
    if d < 1e100 { (d + (d * (d + 2.0)).sqrt()).ln_1p() } else { x.ln() + std::f64::consts::LN_2 }
}

/// Accurate near 0, as the standard library's isn't.
pub(crate) fn atanh(x: f64) -> f64 {
    let a = x.abs();
    (0.5 * (2.0 * a / (1.0 - a)).ln_1p()).copysign(x)
}

/// 1/(1 + e⁻ˣ)
pub(crate) fn sigmoid(x: f64) -> f64 {
    if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }
}

/// ln(1 + eˣ)
pub(crate) fn softplus(x: f64) -> f64 {
    // In this order a NaN stays one.
    (-x.abs()).exp().ln_1p() + if x > 0.0 { x } else { 0.0 }
}

impl Neg for Standard {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

macro_rules! operators {
    ($($operator:ident $method:ident $sign:tt;)*) => {
        $(impl $operator for Standard {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self(self.0 $sign other.0)
            }
        })*
    };
}

operators! { Add add +; Sub sub -; Mul mul *; Div div /; }

macro_rules! unary {
    ($($method:ident $function:expr;)*) => {
        $(fn $method(self) -> Self {
            Self($function(self.0))
        })*
    };
}

impl Arith for Standard {
    type Mask = bool;

    unary! {
        abs f64::abs; sqrt f64::sqrt; floor f64::floor; ceil f64::ceil; trunc f64::trunc; round f64::round;
        round_ties_even f64::round_ties_even;
    }

    fn constant(self, value: f64) -> Self {
        Self(value)
    }
    fn copysign(self, sign: Self) -> Self {
        Self(self.0.copysign(sign.0))
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        Self(self.0.mul_add(a.0, b.0))
    }
    fn lt(self, other: Self) -> bool {
        self.0 < other.0
    }
    fn le(self, other: Self) -> bool {
        self.0 <= other.0
    }
    fn gt(self, other: Self) -> bool {
        self.0 > other.0
    }
    fn ge(self, other: Self) -> bool {
        self.0 >= other.0
    }
    fn eq(self, other: Self) -> bool {
        self.0 == other.0
    }
    fn ne(self, other: Self) -> bool {
        self.0 != other.0
    }
    fn select(mask: bool, then: Self, otherwise: Self) -> Self {
        if mask { then } else { otherwise }
    }
    fn max(self, other: Self) -> Self {
        Self(Arith::max(self.0, other.0))
    }
    fn min(self, other: Self) -> Self {
        Self(Arith::min(self.0, other.0))
    }
}

impl Real for Standard {
    unary! {
        exp f64::exp; exp2 f64::exp2; exp_m1 f64::exp_m1;
        ln f64::ln; ln_1p f64::ln_1p; log2 f64::log2; log10 f64::log10;
        cbrt f64::cbrt; sin f64::sin; cos f64::cos; tan f64::tan;
        asin f64::asin; acos f64::acos; atan f64::atan;
        sinh f64::sinh; cosh f64::cosh; tanh f64::tanh; asinh f64::asinh; acosh acosh; atanh atanh;
        sigmoid sigmoid; softplus softplus; erf Real::erf; erfc Real::erfc; normal_cdf Real::normal_cdf;
    }

    fn powi(self, n: i32) -> Self {
        Self(self.0.powi(n))
    }
    fn powf(self, exponent: Self) -> Self {
        Self(self.0.powf(exponent.0))
    }
    fn hypot(self, other: Self) -> Self {
        Self(self.0.hypot(other.0))
    }
    fn atan2(self, x: Self) -> Self {
        Self(self.0.atan2(x.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitive::Primitive;

    /// As close to our own functions as two units in the last place of one and one of the other allow.
    #[test]
    fn every_primitive_is_as_our_own() {
        let points: Vec<f64> = (-60..=60).flat_map(|i| [f64::from(i) * 0.173, 1.4_f64.powi(i)]).collect();
        for &primitive in Primitive::ALL {
            let arity = primitive.facts().arity;
            for (i, &x) in points.iter().enumerate() {
                let second = points[(7 * i + 3) % points.len()];
                let own: f64 = primitive.evaluate(&[x, second][..arity]);
                let found = primitive.evaluate(&[Standard(x), Standard(second)][..arity]).0;
                let close = (own - found).abs() <= 3.0 * f64::EPSILON * own.abs();
                assert!(
                    close || own.to_bits() == found.to_bits() || (own.is_nan() && found.is_nan()),
                    "{primitive:?} of {x} and {second}: {own} and {found}"
                );
            }
        }
    }
}
