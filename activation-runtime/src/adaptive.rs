//! Precision as it is needed: [`Extended`] numbers that know their error, or [`Deep`] ones that needn't.
//!
//! The error is carried along as a relative bound, to first order (*running error analysis*: Higham, *Accuracy and
//! Stability of Numerical Algorithms*, 3.3): what an operation makes of the errors of its operands by its condition
//! number, and a rounding. A comparison that the errors leave open taints what is selected by it.
//!
//! Both are one type, so that a kernel is compiled for it once.

use core::marker::PhantomData;
use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use crate::arith::Arith;
use crate::carrier::{SPARE, carrier};
use crate::deep::Deep;
use crate::extended::{Element, Extended};
use crate::real::Real;

/// The relative error of one operation in extended numbers.
const ROUNDING: f64 = 1.0 / (1_u128 << 100) as f64;
/// An exponential of a number with a larger exponent is beyond extended numbers.
const EXTREME: f64 = 1000.0;
/// An exponent as large may itself be rounded in extended numbers.
const FAR: f64 = (1_u64 << 46) as f64;
/// Where 300 bits are lost, deep numbers have none to spare, but extended ones may have kept both of two numbers far
/// apart: 1 + 2⁻⁷⁴⁶ has its halves 1 and 2⁻⁷⁴⁶.
const BEYOND_DEEP: f64 = (1_u128 << 100) as f64 * (1_u128 << 100) as f64;

/// How many bits a number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 106, and a bound of the error.
    Extended,
    /// 384.
    Deep,
}

/// A number, standing in for one of type `S`, of one of two precisions.
///
/// ```
/// use activation_runtime::adaptive::{Adaptive, Precision};
/// use activation_runtime::{arith::Arith, real::Real};
///
/// let versine = |x: Adaptive<f32>| x.constant(1.0) - x.cos();
/// let x = 2.0_f64.powi(-20);
/// assert!(versine(Adaptive::new(x, Precision::Extended)).is_settled());
/// let x = 2.0_f64.powi(-60);
/// assert!(!versine(Adaptive::new(x, Precision::Extended)).is_settled());
/// assert_eq!(versine(Adaptive::new(x, Precision::Deep)).to_element(), 2.0_f32.powi(-121));
/// ```
#[derive(Debug)]
pub struct Adaptive<S> {
    number: Rung,
    element: PhantomData<S>,
}

impl<S> Adaptive<S> {
    const fn of(number: Rung) -> Self {
        Self { number, element: PhantomData }
    }
}

impl<S: Element> Adaptive<S> {
    /// Exactly `value`.
    pub fn new(value: f64, precision: Precision) -> Self {
        Self::of(match precision {
            Precision::Extended => Rung::exact(value),
            Precision::Deep => Rung::Deep(Deep::from_f64(value)),
        })
    }

    /// Whether rounding to the element type makes a larger error than this number has, or so much has cancelled that
    /// more precision doesn't mend it.
    pub fn is_settled(self) -> bool {
        match self.number {
            Rung::Extended(_, error) => {
                error <= 0.5_f64.powi(S::PRECISION + SPARE) || (error > BEYOND_DEEP && error.is_finite())
            }
            Rung::Deep(_) => true,
        }
    }

    /// The nearest f64; infinite where it overflows.
    pub fn to_f64(self) -> f64 {
        match self.number {
            Rung::Extended(value, _) => value.to_f64(),
            Rung::Deep(value) => value.to_f64(),
        }
    }

    /// Rounded to the element type; infinite where it overflows.
    pub fn to_element(self) -> S {
        match self.number {
            Rung::Extended(value, _) => value.cast().to_element(),
            Rung::Deep(value) => value.cast().to_element(),
        }
    }
}

carrier!(Adaptive of Rung, mask Truth);

/// A truth value.
#[derive(Debug, Clone, Copy)]
pub struct Truth {
    holds: bool,
    /// Whether errors leave no doubt of it.
    certain: bool,
}

impl Truth {
    /// Whether it holds, by the numbers as computed.
    pub const fn holds(self) -> bool {
        self.holds
    }
}

macro_rules! connective {
    ($($trait:ident $method:ident $operator:tt),*) => {$(
        impl $trait for Truth {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                Self { holds: self.holds $operator other.holds, certain: self.certain & other.certain }
            }
        }
    )*};
}

connective!(BitAnd bitand &, BitOr bitor |, BitXor bitxor ^);

impl Not for Truth {
    type Output = Self;
    fn not(self) -> Self {
        Self { holds: !self.holds, ..self }
    }
}

/// The number behind an [`Adaptive`].
#[derive(Debug, Clone, Copy)]
enum Rung {
    /// With a bound of its relative error: 0 where it is exact, ∞ where nothing is known.
    Extended(Extended<f64>, f64),
    Deep(Deep<f64>),
}

/// An error, magnified; 0 stays 0.
fn amplified(error: f64, condition: f64) -> f64 {
    if error == 0.0 { 0.0 } else { error * condition.abs() }
}

impl Rung {
    fn exact(value: f64) -> Self {
        Self::Extended(Extended::from_f64(value), 0.0)
    }

    /// `value`, whose operands had errors that make one of `inherited`, and rounded.
    fn rounded(value: Extended<f64>, inherited: f64) -> Self {
        let exponent = value.exponent();
        let error = if exponent.abs() < FAR {
            inherited + ROUNDING
        } else if !exponent.is_finite() && inherited == 0.0 {
            0.0 // of zero, an infinity or NaN
        } else {
            f64::INFINITY
        };
        Self::Extended(value, error)
    }

    fn deep(self) -> Deep<f64> {
        match self {
            Self::Extended(value, _) => value.into(),
            Self::Deep(value) => value,
        }
    }

    /// A function whose condition number |x f′(x)/f(x)| is at most `condition(x, f(x))`.
    fn unary(
        self,
        extended: fn(Extended<f64>) -> Extended<f64>,
        deep: fn(Deep<f64>) -> Deep<f64>,
        condition: fn(f64, f64) -> f64,
    ) -> Self {
        match self {
            Self::Extended(x, error) => {
                let value = extended(x);
                if x.is_finite() && x.exponent() > EXTREME && !value.exponent().is_finite() {
                    return Self::Extended(value, f64::INFINITY);
                }
                let inherited =
                    if error == 0.0 { 0.0 } else { error * condition(x.to_f64(), value.to_f64()).abs() };
                Self::rounded(value, inherited)
            }
            Self::Deep(x) => Self::Deep(deep(x)),
        }
    }

    /// A function of two arguments whose errors make one of `inherited(x, y, f(x, y), [error of x, error of y])`.
    fn binary(
        self,
        other: Self,
        extended: fn(Extended<f64>, Extended<f64>) -> Extended<f64>,
        deep: fn(Deep<f64>, Deep<f64>) -> Deep<f64>,
        inherited: fn([Extended<f64>; 3], [f64; 2]) -> f64,
    ) -> Self {
        match (self, other) {
            (Self::Extended(x, of_x), Self::Extended(y, of_y)) => {
                let value = extended(x, y);
                Self::rounded(value, inherited([x, y, value], [of_x, of_y]))
            }
            _ => Self::Deep(deep(self.deep(), other.deep())),
        }
    }

    /// A function with steps: exact, unless the error reaches to where it jumps, which is `offset` from an integer.
    fn step(
        self,
        extended: fn(Extended<f64>) -> Extended<f64>,
        deep: fn(Deep<f64>) -> Deep<f64>,
        offset: f64,
    ) -> Self {
        match self {
            Self::Extended(x, error) => {
                let shifted = x - Extended::from_f64(offset);
                let distance = (shifted - shifted.round_ties_even()).abs().exponent();
                let open = error > 0.0 && error.log2() + x.exponent() + 1.0 >= distance;
                Self::Extended(extended(x), if open { f64::INFINITY } else { 0.0 })
            }
            Self::Deep(x) => Self::Deep(deep(x)),
        }
    }

    /// A comparison: open where the difference isn't certain to have the sign that it has.
    fn compare(
        &self,
        other: &Self,
        extended: fn(&Extended<f64>, &Extended<f64>) -> bool,
        deep: fn(&Deep<f64>, &Deep<f64>) -> bool,
    ) -> Truth {
        match (*self, *other) {
            (Self::Extended(x, of_x), Self::Extended(y, of_y)) => {
                let certain = (of_x == 0.0 && of_y == 0.0)
                    || matches!(*self - *other, Self::Extended(_, error) if error < 0.5);
                Truth { holds: extended(&x, &y), certain }
            }
            _ => Truth { holds: deep(&self.deep(), &other.deep()), certain: true },
        }
    }

    fn constant(self, value: f64) -> Self {
        match self {
            Self::Extended(..) => Self::exact(value),
            Self::Deep(_) => Self::Deep(Deep::from_f64(value)),
        }
    }

    fn select(mask: Truth, then: Self, otherwise: Self) -> Self {
        match (if mask.holds { then } else { otherwise }, then, otherwise) {
            (Self::Extended(taken, _), Self::Extended(a, _), Self::Extended(b, _))
                if !mask.certain && a != b =>
            {
                Self::Extended(taken, f64::INFINITY)
            }
            (taken, ..) => taken,
        }
    }

    fn is_nan(self) -> Truth {
        match self {
            Self::Extended(x, _) => Truth { holds: Arith::is_nan(x), certain: true },
            Self::Deep(x) => Truth { holds: Arith::is_nan(x), certain: true },
        }
    }

    /// A choice between numbers: where errors leave it open the numbers are as good as equal.
    fn choose(self, other: Self, first: bool) -> Self {
        match (self, other) {
            (Self::Extended(x, of_x), Self::Extended(y, of_y)) => {
                Self::Extended(if first { x } else { y }, of_x.max(of_y))
            }
            _ => {
                if first {
                    self
                } else {
                    other
                }
            }
        }
    }

    fn max(self, other: Self) -> Self {
        self.choose(other, self.gt(&other).holds | self.is_nan().holds)
    }

    fn min(self, other: Self) -> Self {
        self.choose(other, self.lt(&other).holds | self.is_nan().holds)
    }

    fn abs(self) -> Self {
        match self {
            Self::Extended(x, error) => Self::Extended(x.abs(), error),
            Self::Deep(x) => Self::Deep(x.abs()),
        }
    }

    fn copysign(self, sign: Self) -> Self {
        match (self, sign) {
            (Self::Extended(x, of_x), Self::Extended(sign, of_sign)) => {
                let error = if of_sign < 0.5 { of_x } else { f64::INFINITY };
                Self::Extended(x.copysign(sign), error)
            }
            _ => Self::Deep(self.deep().copysign(sign.deep())),
        }
    }

    /// Its error is magnified by the exponent, of the extended number too.
    fn powi(self, n: i32) -> Self {
        match self {
            Self::Extended(x, error) => {
                let factor = f64::from(n.unsigned_abs());
                let error = if error == 0.0 && x.exponent().is_infinite() { 0.0 } else { error + ROUNDING };
                Self::rounded(x.powi(n), amplified(error, factor))
            }
            Self::Deep(x) => Self::Deep(x.powi(n)),
        }
    }
}

impl Neg for Rung {
    type Output = Self;
    fn neg(self) -> Self {
        match self {
            Self::Extended(x, error) => Self::Extended(-x, error),
            Self::Deep(x) => Self::Deep(-x),
        }
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident |$numbers:pat_param, $errors:pat_param| $inherited:expr;)*) => {$(
        impl $trait for Rung {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.binary(other, $trait::$method, $trait::$method, |$numbers, $errors| $inherited)
            }
        }
    )*};
}

/// 2^(the exponent of x less that of y, and one): a bound of |x/y|.
fn ratio(x: Extended<f64>, y: Extended<f64>) -> f64 {
    (x.exponent() - y.exponent() + 1.0).exp2()
}

/// The inherited error of a sum.
fn of_sum([x, y, sum]: [Extended<f64>; 3], [of_x, of_y]: [f64; 2]) -> f64 {
    let part = |error: f64, x| if error == 0.0 { 0.0 } else { error * ratio(x, sum) };
    part(of_x, x) + part(of_y, y)
}

/// The inherited error of a product or quotient; of what is exactly 0, none.
fn of_product([x, y, _]: [Extended<f64>; 3], [of_x, of_y]: [f64; 2]) -> f64 {
    let is_zero = |x: Extended<f64>, error| error == 0.0 && x.exponent() == f64::NEG_INFINITY;
    if is_zero(x, of_x) || is_zero(y, of_y) { 0.0 } else { of_x + of_y }
}

operators! {
    Add add |numbers, errors| of_sum(numbers, errors);
    Sub sub |numbers, errors| of_sum(numbers, errors);
    Mul mul |numbers, errors| of_product(numbers, errors);
    Div div |numbers, errors| of_product(numbers, errors);
}

/// Functions with bounds of their condition numbers.
macro_rules! unary {
    ($($name:ident |$x:pat_param, $y:pat_param| $condition:expr;)*) => {
        impl Rung {$(
            fn $name(self) -> Self {
                self.unary(|x| x.$name(), |x| x.$name(), |$x, $y| $condition)
            }
        )*}
    };
}

unary! {
    recip |_, _| 1.0;
    sqrt |_, _| 0.5;
    cbrt |_, _| 0.5;
    exp |x, _| x;
    exp2 |x, _| x;
    exp_m1 |x, _| 1.0 + x.abs();
    ln |_, y| 1.0 / y;
    ln_1p |x, y| if x > -0.5 { 1.5 } else { x / (1.0 + x) / y };
    log2 |_, y| 1.5 / y;
    log10 |_, y| 0.5 / y;
    sin |x, y| if x.abs() < 1.0 { 1.0 } else { x / y };
    cos |x, y| x * x.abs().min(1.0) / y;
    tan |x, y| if x.abs() < 0.5 { 1.2 } else { x * (y + 1.0 / y) };
    asin |x, y| if x.abs() < 0.7 { 1.1 } else { x / ((1.0 - x) * (1.0 + x)).sqrt() / y };
    acos |x, y| x / ((1.0 - x) * (1.0 + x)).sqrt() / y;
    atan |_, _| 1.0;
    sinh |x, _| 1.0 + x.abs();
    cosh |x, _| x;
    tanh |_, _| 1.0;
    asinh |_, _| 1.0;
    acosh |x, y| x / ((x - 1.0) * (x + 1.0)).sqrt() / y;
    atanh |x, y| if x.abs() < 0.5 { 1.3 } else { x / ((1.0 - x) * (1.0 + x)) / y };
    sigmoid |x, _| if x < 0.0 { x } else { 1.0 };
    softplus |x, _| 1.0 + x.min(0.0).abs();
    erf |_, _| 1.0;
    erfc |x, _| if x < 0.0 { 1.0 } else { 1.0 + 2.0 * x * x };
}

/// Functions with steps: where they jump.
macro_rules! steps {
    ($($name:ident $offset:literal;)*) => {
        impl Rung {$(
            fn $name(self) -> Self {
                self.step(|x| x.$name(), |x| x.$name(), $offset)
            }
        )*}
    };
}

steps! {
    floor 0.0;
    ceil 0.0;
    trunc 0.0;
    round_ties_even 0.5;
    round 0.5;
}

/// Functions of two arguments.
macro_rules! binary {
    ($($name:ident |$numbers:pat_param, $errors:pat_param| $inherited:expr;)*) => {
        impl Rung {$(
            fn $name(self, other: Self) -> Self {
                self.binary(other, |x, y| x.$name(y), |x, y| x.$name(y), |$numbers, $errors| $inherited)
            }
        )*}
    };
}

binary! {
    hypot |_, [of_x, of_y]| of_x + of_y;
    atan2 |_, [of_x, of_y]| of_x + of_y;
    powf |[x, y, _], [of_x, of_y]| {
        // The extended power itself errs by more for large exponents.
        let y = y.to_f64().abs();
        let rounding = if y > 1.0 { ROUNDING } else { 0.0 };
        amplified(of_x + rounding, y) + amplified(of_y, if of_y == 0.0 { 0.0 } else { y * x.ln().to_f64() })
    };
}

macro_rules! comparisons {
    ($($name:ident)*) => {
        impl Rung {$(
            fn $name(&self, other: &Self) -> Truth {
                self.compare(other, |x, y| Arith::$name(*x, *y), |x, y| Arith::$name(*x, *y))
            }
        )*}
    };
}

comparisons! { lt le gt ge eq ne }

#[cfg(test)]
mod tests;
