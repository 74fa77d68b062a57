//! Numbers with 106 bits and no overflow: the carrier in which a kernel can be trusted where f32 and f64 can't.
//!
//! An [`Extended`] is (hi + lo) · 2^exponent, the exponent an integral f64. Squares of 10³⁸, e^(10³⁸) and its
//! reciprocal are ordinary numbers, and a difference may lose 80 bits before an f32 notices. It serves twice: at
//! run time for the few lanes of a slice where the formula cancels or overflows on the way to a harmless result,
//! and in the compiler as the truth beside which a formula is judged.
//!
//! ```text
//!   double_double   hi + lo: arithmetic, polynomials
//!   tables          written by tables.py
//!   series          elementary functions near home, in double-double
//!   scaled          (hi + lo) · 2^exponent: representation, arithmetic, conversions
//!   elementary      its elementary functions
//!   mod             Extended: the same for an element type, as Arith and Real
//! ```
//!
//! **Accuracy.** +, −, ×, ÷ and √ err by less than 2⁻¹⁰² of their result, elementary functions by less than 2⁻¹⁰¹
//! (2⁻¹⁰²·² is the worst seen on 50,000 arguments; `powf` and `powi`, which have to magnify the error of a
//! logarithm or of a product, say so at their definitions). An exponent of 2⁴⁸ or more may itself be rounded: such a
//! number is right only in its order of magnitude, but equal inputs still give equal bits, so that e^x/(e^x + 2) is
//! 1 at x = 10³⁸.

mod double_double;
mod elementary;
mod scaled;
mod series;
#[rustfmt::skip]
mod tables;

use crate::carrier::{Round, carrier};
use core::cmp::Ordering;
use core::fmt;
use core::marker::PhantomData;
use scaled::{Scaled, is_finite};

/// A number of 106 bits and any exponent, standing in for one of type `S` (f32 or f64).
///
/// `S` decides one thing: [`constant`](crate::arith::Arith::constant) rounds to it, as the literals of a kernel are rounded.
///
/// ```
/// use activation_runtime::{arith::Arith, extended::Extended, real::Real};
///
/// let x = Extended::from(1e30_f32);
/// assert_eq!((x * x).sqrt().to_f32(), 1e30);
/// assert_eq!((x.exp() / (x.exp() + 2.0)).to_f32(), 1.0);
/// assert_eq!((x + 1.0 - x).to_f32(), 1.0);
/// ```
pub struct Extended<S> {
    number: Scaled,
    element: PhantomData<S>,
}

pub use crate::carrier::Element;

impl<S> Extended<S> {
    #[inline(always)]
    const fn of(number: Scaled) -> Self {
        Self { number, element: PhantomData }
    }

    /// Exactly `value`.
    #[inline(always)]
    pub fn from_f64(value: f64) -> Self {
        Self::of(Scaled::from_f64(value))
    }

    /// The same number, standing in for another element type.
    pub const fn cast<T>(self) -> Extended<T> {
        Extended::of(self.number)
    }

    /// self · 2ⁿ, exactly, for an integral `n`.
    pub fn scale(self, n: f64) -> Self {
        Self::of(self.number.scale(n))
    }

    /// ⌊log₂|x|⌋ up to rounding; −∞ for zero, ∞ for infinities, NaN for NaN.
    pub const fn exponent(self) -> f64 {
        self.number.exponent
    }

    /// (hi, lo, exponent) of the number (hi + lo) · 2^exponent.
    pub(crate) const fn parts(self) -> (f64, f64, f64) {
        (self.number.hi, self.number.lo, self.number.exponent)
    }

    /// Whether this is neither infinite nor NaN.
    pub fn is_finite(self) -> bool {
        is_finite(self.number.hi)
    }

    /// The nearest f64, subnormals included; infinite where it overflows.
    pub fn to_f64(self) -> f64 {
        self.number.to_f64()
    }

    /// The nearest f32, subnormals included; infinite where it overflows.
    pub fn to_f32(self) -> f32 {
        self.number.to_f32()
    }
}

impl<S> Round for Extended<S> {
    fn to_f32(self) -> f32 {
        self.to_f32()
    }
    fn to_f64(self) -> f64 {
        self.to_f64()
    }
}

impl<S: Element> Extended<S> {
    /// Rounded to the element type; infinite where it overflows.
    pub fn to_element(self) -> S {
        S::round(self)
    }
}

impl From<f32> for Extended<f32> {
    fn from(value: f32) -> Self {
        Self::from_f64(f64::from(value))
    }
}

impl From<f64> for Extended<f64> {
    fn from(value: f64) -> Self {
        Self::from_f64(value)
    }
}

impl From<Extended<f32>> for Extended<f64> {
    fn from(value: Extended<f32>) -> Self {
        value.cast()
    }
}

impl From<Extended<f64>> for Extended<f32> {
    fn from(value: Extended<f64>) -> Self {
        value.cast()
    }
}

carrier!(Extended of Scaled, mask bool);

impl<S> PartialEq for Extended<S> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<S> PartialOrd for Extended<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.number.partial_cmp(&other.number)
    }
}

impl<S> fmt::Debug for Extended<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scaled { hi, lo, exponent } = self.number;
        if is_finite(exponent) { write!(f, "({hi:?} + {lo:e}) · 2^{exponent}") } else { write!(f, "{hi:?}") }
    }
}
