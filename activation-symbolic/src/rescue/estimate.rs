//! The first rung of the truth: f64, with a running bound of its error and the slopes along its arguments.
//!
//! It serves wherever the bound is small beside what is tolerated in f32; elsewhere, and where f64 overflows,
//! [`crate::truth`] has the digits. Errors are carried to first order, as there.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::columns::Number;
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

/// A number, the bound of its error (infinite or NaN where nothing is known of it), and its slopes along the arguments
/// that it was computed from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Estimate {
    pub(super) value: f64,
    pub(super) error: f64,
    pub(super) partials: [f64; 2],
}

impl Estimate {
    /// The result of an operation: its inherited error and that of so many roundings.
    #[inline(always)]
    fn rounded(value: f64, inherited: f64, roundings: f64, partials: [f64; 2]) -> Self {
        let rounding = value.abs() * ROUNDING * roundings + UNDERFLOW;
        // Infinity is no number of ours: it may be an overflow.
        let error = if value.abs() < f64::INFINITY { inherited + rounding } else { f64::INFINITY };
        Self { value, error, partials }
    }

    /// The values of a column.
    pub(super) fn values(column: &[Self]) -> Vec<f64> {
        let mut values = vec![0.0; column.len()];
        let (slice, mut p): (&mut [f64], usize) = (&mut values, 0);
        while p < slice.len() {
            slice[p] = column[p].value;
            p += 1;
        }
        values
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
}

impl Neg for Estimate {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, error: self.error, partials: [-1.0, 0.0] }
    }
}

impl Add for Estimate {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let value = self.value + other.value;
        Self::rounded(value, self.error + other.error, 1.0, [1.0, 1.0])
    }
}

impl Sub for Estimate {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        let value = self.value - other.value;
        Self::rounded(value, self.error + other.error, 1.0, [1.0, -1.0])
    }
}

impl Mul for Estimate {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let error = (self.value.abs() + self.error) * other.error + other.value.abs() * self.error;
        Self::rounded(self.value * other.value, error, 1.0, [other.value, self.value])
    }
}

impl Div for Estimate {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let value = self.value / other.value;
        let least = other.value.abs() - other.error;
        let error =
            if least > 0.0 { (self.error + value.abs() * other.error) / least } else { f64::INFINITY };
        Self::rounded(value, error, 1.0, [1.0 / other.value, -value / other.value])
    }
}

impl Number for Estimate {
    fn new(value: f64) -> Self {
        Self { value, error: 0.0, partials: [0.0; 2] }
    }

    fn powi(self, n: i32) -> Self {
        let exponent = f64::from(n);
        let partial = exponent * self.value.powi(n.saturating_sub(1));
        let error = self.amplified(partial, self.value.abs() / exponent.abs());
        Self::rounded(self.value.powi(n), error, 2.0 * exponent.abs(), [partial, 0.0])
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
            Abs => return Self { value, partials: [if a.value < 0.0 { -1.0 } else { 1.0 }, 0.0], ..a },
            Max | Min => {
                let first = (primitive == Max) == (a.value > b.value);
                let partials = if first { [1.0, 0.0] } else { [0.0, 1.0] };
                return Self { value, error: a.error.max(b.error), partials };
            }
            Copysign => {
                let certain = b.error < b.value.abs() || b.error == 0.0;
                let error = if certain { a.error } else { f64::INFINITY };
                let sign = 1.0_f64.copysign(a.value) * 1.0_f64.copysign(b.value);
                return Self { value, error, partials: [sign, 0.0] };
            }
            _ if primitive.is_step() => {
                let error = if a.error == 0.0 { 0.0 } else { f64::INFINITY };
                return Self { value, error, partials: [0.0; 2] };
            }
            _ => {}
        }
        let (mut error, mut partials) = (0.0, [0.0; 2]);
        let mut i = 0;
        while i < arity {
            let argument = arguments[i];
            let partial = primitive.partial(i, &numbers[..arity], Standard(value));
            let partial = partial.map_or(0.0, |partial| partial.0);
            partials[i] = partial;
            i += 1;
            // Where these change with the argument and not with its logarithm.
            let scale = match primitive {
                Exp | Exp2 | ExpM1 | Sin | Cos | Tan | Sinh | Cosh | Powf => argument.value.abs().min(1.0),
                _ => argument.value.abs(),
            };
            error += argument.amplified(partial, scale);
        }
        Self::rounded(value, error, ELEMENTARY, partials)
    }

    fn compare(comparison: Comparison, a: Self, b: Self) -> Self {
        let errors = a.error + b.error;
        let certain = errors == 0.0 || (a.value - b.value).abs() > errors;
        let holds = evaluate::compare(comparison, a.value, b.value);
        let error = if certain { 0.0 } else { f64::INFINITY };
        Self { value: f64::from(u8::from(holds)), error, partials: [0.0; 2] }
    }

    fn select(mask: Self, then: Self, otherwise: Self) -> Self {
        let (taken, partials) = if mask.value == 0.0 { (otherwise, [0.0, 1.0]) } else { (then, [1.0, 0.0]) };
        let error = if mask.error == 0.0 { taken.error } else { f64::INFINITY };
        Self { value: taken.value, error, partials }
    }
}
