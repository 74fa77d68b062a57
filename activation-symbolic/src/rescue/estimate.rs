//! The first rung of the truth: f64, with a running bound of its error and the slope along one input.
//!
//! It serves wherever the bound is small beside what is tolerated in f32; elsewhere, and where f64 overflows,
//! [`crate::truth`] has the digits. Errors are carried to first order, as there.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::batch::Number;
use crate::evaluate;
use crate::graph::Comparison;
use crate::primitive::Primitive;
use crate::standard::Standard;

/// The relative error of an operation.
const ROUNDING: f64 = f64::EPSILON / 2.0;
/// How many of them the standard library's elementary functions have at most, and those made of them.
const ELEMENTARY: f64 = 6.0;
/// What underflow may lose.
const UNDERFLOW: f64 = f64::from_bits(4);
/// The share of an argument up to which its error may be carried on by a slope.
const SMALL: f64 = 1.0 / 1024.0;

/// A number, the bound of its error (infinite or NaN where nothing is known of it), and its slope.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    pub(super) value: f64,
    pub(super) error: f64,
    pub(super) slope: f64,
}

impl Estimate {
    /// The input along which slopes are taken.
    pub(super) fn variable(value: f64) -> Self {
        Self { value, error: 0.0, slope: 1.0 }
    }

    /// The result of an operation: its inherited error and that of so many roundings.
    #[inline(always)]
    fn rounded(value: f64, inherited: f64, roundings: f64, slope: f64) -> Self {
        let rounding = value.abs() * ROUNDING * roundings + UNDERFLOW;
        // Infinity is no number of ours: it may be an overflow.
        let error = if value.abs() < f64::INFINITY { inherited + rounding } else { f64::INFINITY };
        Self { value, error, slope }
    }

    /// The error of an argument, magnified by a slope.
    #[inline(always)]
    fn amplified(self, slope: f64, scale: f64) -> f64 {
        if self.error == 0.0 {
            0.0
        } else if self.error <= SMALL * scale {
            self.error * slope.abs()
        } else {
            f64::INFINITY
        }
    }

    /// Its part in a slope; what doesn't depend on the input has no part in a pole.
    #[inline(always)]
    fn part(self, partial: f64) -> f64 {
        if self.slope == 0.0 { 0.0 } else { self.slope * partial }
    }
}

impl Neg for Estimate {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, error: self.error, slope: -self.slope }
    }
}

impl Add for Estimate {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let value = self.value + other.value;
        Self::rounded(value, self.error + other.error, 1.0, self.slope + other.slope)
    }
}

impl Sub for Estimate {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        let value = self.value - other.value;
        Self::rounded(value, self.error + other.error, 1.0, self.slope - other.slope)
    }
}

impl Mul for Estimate {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let error = (self.value.abs() + self.error) * other.error + other.value.abs() * self.error;
        let slope = self.part(other.value) + other.part(self.value);
        Self::rounded(self.value * other.value, error, 1.0, slope)
    }
}

impl Div for Estimate {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        let least = other.value.abs() - other.error;
        let error =
            if least > 0.0 { (self.error + value.abs() * other.error) / least } else { f64::INFINITY };
        let slope = (self.slope - other.part(value)) / other.value;
        Self::rounded(value, error, 1.0, slope)
    }
}

impl Number for Estimate {
    fn new(value: f64) -> Self {
        Self { value, error: 0.0, slope: 0.0 }
    }

    fn powi(self, n: i32) -> Self {
        let exponent = f64::from(n);
        let partial = exponent * self.value.powi(n.saturating_sub(1));
        let error = self.amplified(partial, self.value.abs() / exponent.abs());
        Self::rounded(self.value.powi(n), error, 2.0 * exponent.abs(), self.part(partial))
    }

    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }

    fn apply(primitive: Primitive, arguments: [Self; 2]) -> Self {
        use Primitive::{Abs, Copysign, Cos, Cosh, Exp, Exp2, ExpM1, Max, Min, Powf, Sin, Sinh, Tan};
        let [a, b] = arguments;
        let arity = primitive.facts().arity;
        let numbers = [Standard(a.value), Standard(b.value)];
        let value = primitive.evaluate(&numbers[..arity]).0;
        match primitive {
            Abs => return if a.value < 0.0 { -a } else { a },
            Max | Min => {
                let taken = if (primitive == Max) == (a.value > b.value) { a } else { b };
                return Self { value, error: a.error.max(b.error), slope: taken.slope };
            }
            Copysign => {
                let certain = b.error < b.value.abs() || b.error == 0.0;
                let error = if certain { a.error } else { f64::INFINITY };
                return Self {
                    value,
                    error,
                    slope: a.slope * (1.0_f64.copysign(a.value) * 1.0_f64.copysign(b.value)),
                };
            }
            _ if primitive.is_step() => {
                let error = if a.error == 0.0 { 0.0 } else { f64::INFINITY };
                return Self { value, error, slope: 0.0 };
            }
            _ => {}
        }
        let (mut error, mut slope) = (0.0, 0.0);
        let mut i = 0;
        while i < arity {
            let argument = arguments[i];
            i += 1;
            if argument.error == 0.0 && argument.slope == 0.0 {
                continue;
            }
            let partial = primitive.partial(i - 1, &numbers[..arity], Standard(value));
            let partial = partial.map_or(0.0, |partial| partial.0);
            // Where these change with the argument and not with its logarithm.
            let scale = match primitive {
                Exp | Exp2 | ExpM1 | Sin | Cos | Tan | Sinh | Cosh | Powf => argument.value.abs().min(1.0),
                _ => argument.value.abs(),
            };
            error += argument.amplified(partial, scale);
            slope += argument.part(partial);
        }
        Self::rounded(value, error, ELEMENTARY, slope)
    }

    fn compare(comparison: Comparison, a: Self, b: Self) -> Self {
        let errors = a.error + b.error;
        let certain = errors == 0.0 || (a.value - b.value).abs() > errors;
        let holds = evaluate::compare(comparison, a.value, b.value);
        let error = if certain { 0.0 } else { f64::INFINITY };
        Self { value: f64::from(u8::from(holds)), error, slope: 0.0 }
    }

    fn select(mask: Self, then: Self, otherwise: Self) -> Self {
        let taken = if mask.value == 0.0 { otherwise } else { then };
        if mask.error == 0.0 { taken } else { Self { error: f64::INFINITY, ..taken } }
    }
}
