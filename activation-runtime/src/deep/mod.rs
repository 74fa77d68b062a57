//! Numbers with 384 bits and no overflow: the carrier of last resort.
//!
//! 1 − cos x at 10⁻¹⁷ and 1 + x/√(1 + x²) at −10¹⁹ lose more bits than [`Extended`] numbers have; x + √(x² + 4) at
//! −10³⁸ loses 253. A [`Deep`] number has enough of them for whatever cancels in f32's range. It costs microseconds
//! an operation, and is meant for single numbers.
//!
//! ```text
//!   limbs       integers of a fixed number of 64-bit limbs
//!   exponent    integers without bound
//!   number      mantissa · 2^exponent: representation, arithmetic, conversions
//!   tables      constants, written by tables.py
//!   elementary  its elementary functions
//!   mod         Deep: the same for an element type, as Arith and Real
//! ```

mod elementary;
mod exponent;
mod limbs;
mod number;
#[rustfmt::skip]
mod tables;

use core::cmp::Ordering;
use core::fmt;
use core::marker::PhantomData;

use crate::carrier::{Round, carrier};
use crate::extended::{Element, Extended};
use exponent::Exponent;
use number::Number;

/// A number of 384 bits and any exponent, standing in for one of type `S` (f32 or f64).
///
/// `S` decides one thing: [`constant`](crate::arith::Arith::constant) rounds to it, as the literals of a kernel are rounded.
///
/// ```
/// use activation_runtime::{arith::Arith, deep::Deep, real::Real};
///
/// let x = Deep::from(2.0_f32.powi(-60));
/// assert_eq!((x.constant(1.0) - x.cos()).to_f32(), 2.0_f32.powi(-121));
/// let x = Deep::from(-2.0_f32.powi(126));
/// assert_eq!((x + (x * x + 4.0).sqrt()).to_f32(), 2.0_f32.powi(-125));
/// ```
pub struct Deep<S> {
    number: Number,
    element: PhantomData<S>,
}

impl<S> Deep<S> {
    const fn of(number: Number) -> Self {
        Self { number, element: PhantomData }
    }

    /// Exactly `value`.
    pub fn from_f64(value: f64) -> Self {
        Self::of(Number::from_f64(value))
    }

    /// The same number, standing in for another element type.
    pub const fn cast<T>(self) -> Deep<T> {
        Deep::of(self.number)
    }

    /// self · 2ⁿ, exactly, for an integral `n`.
    pub fn scale(self, n: f64) -> Self {
        Self::of(self.number.scale_by(Exponent::from_f64(n)))
    }

    /// ⌊log₂|x|⌋ up to rounding; −∞ for zero, ∞ for infinities, NaN for NaN.
    pub fn exponent(self) -> f64 {
        self.number.exponent.to_f64()
    }

    /// Whether this is neither infinite nor NaN.
    pub fn is_finite(self) -> bool {
        self.number.is_regular() || self.number.is_zero()
    }

    /// The nearest f64, subnormals included; infinite where it overflows.
    pub fn to_f64(self) -> f64 {
        self.number.to_f64()
    }

    /// The nearest f32, subnormals included; infinite where it overflows.
    pub fn to_f32(self) -> f32 {
        self.number.nearest(24, -126) as f32
    }
}

impl<S> Round for Deep<S> {
    fn to_f32(self) -> f32 {
        self.to_f32()
    }
    fn to_f64(self) -> f64 {
        self.to_f64()
    }
}

impl<S: Element> Deep<S> {
    /// Rounded to the element type; infinite where it overflows.
    pub fn to_element(self) -> S {
        S::round(self)
    }
}

impl From<f32> for Deep<f32> {
    fn from(value: f32) -> Self {
        Self::from_f64(f64::from(value))
    }
}

impl From<f64> for Deep<f64> {
    fn from(value: f64) -> Self {
        Self::from_f64(value)
    }
}

impl<S> From<Extended<S>> for Deep<S> {
    /// The same number, exactly.
    fn from(value: Extended<S>) -> Self {
        let (hi, lo, exponent) = value.parts();
        let mantissa = Self::from_f64(hi);
        if lo == 0.0 { mantissa } else { mantissa + Self::from_f64(lo) }.scale(exponent)
    }
}

carrier!(Deep of Number, mask bool);

impl<S> PartialEq for Deep<S> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<S> PartialOrd for Deep<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.number.partial_cmp(&other.number)
    }
}

impl<S> fmt::Debug for Deep<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.number.is_regular() {
            let sign = if self.number.negative { "-" } else { "" };
            write!(f, "{sign}0x")?;
            self.number.mantissa().iter().rev().try_for_each(|limb| write!(f, "{limb:016x}"))?;
            write!(f, " · 2^{}", self.exponent() - 383.0)
        } else {
            write!(f, "{:?}", self.to_f64())
        }
    }
}
