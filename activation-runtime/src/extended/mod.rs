//! Numbers with 106 bits and no overflow: the carrier in which a kernel can be trusted where f32 and f64 can't.
//!
//! [`Extended`] is (hi + lo) · 2^exponent, the exponent an integral f64. Squares of 10³⁸, e^(10³⁸) and its
//! reciprocal are ordinary numbers, and a difference may lose 80 bits before an f32 notices. It serves twice: at
//! run time for the few lanes of a slice where the formula cancels or overflows on the way to a harmless result,
//! and in the compiler as the truth beside which a formula is judged.
//!
//! ```text
//!   double_double   hi + lo: arithmetic, polynomials
//!   tables          written by tables.py
//!   series          elementary functions near home, in double-double
//!   mod             Extended: representation, conversions, Arith
//!   elementary      Extended: Real
//! ```
//!
//! **Accuracy.** One arithmetic operation errs by less than 2⁻¹⁰² of its result, an elementary function by less
//! than 2⁻⁹⁸ (`powf` and `powi`, which have to magnify the error of a logarithm or of a product, are said at their
//! definitions). An exponent beyond 2⁵³ is itself rounded: such a number is right only in its order of magnitude,
//! but equal inputs still give equal bits, so that e^x/(e^x + 2) is 1 at x = 10³⁸.

mod double_double;
mod elementary;
mod series;
#[rustfmt::skip]
mod tables;

use crate::arith::Arith;
use core::cmp::Ordering;
use core::fmt;
use core::marker::PhantomData;
use core::ops::{Add, Div, Mul, Neg, Sub};
use double_double::{Dd, dd, two_sum};

/// Numbers further apart than 2^900 don't see each other in a sum.
const REACH: f64 = 900.0;

/// A number (hi + lo) · 2^exponent of 106 bits, standing in for one of type `S` (f32 or f64).
///
/// `S` decides one thing: [`constant`](Arith::constant) rounds to it, as the literals of a kernel are rounded.
///
/// ```
/// use activation_runtime::{arith::Arith, extended::Extended, real::Real};
///
/// let x = Extended::from(1e30_f32);
/// assert_eq!((x * x * x * x * x).sqrt().to_f32(), f32::INFINITY);
/// assert_eq!((x.exp() / (x.exp() + 2.0)).to_f32(), 1.0);
/// assert_eq!((x + 1.0 - x).to_f32(), 1.0);
/// ```
pub struct Extended<S> {
    /// In ±[1, 2), or ±0, ±∞, NaN; the number's mantissa rounded to an f64.
    hi: f64,
    /// What `hi` lacks, at most half a unit in its last place.
    lo: f64,
    /// Integral; −∞ for zero, ∞ for an infinity, NaN for NaN, so that comparisons and sums of exponents do as well
    /// for those as for the rest.
    exponent: f64,
    element: PhantomData<S>,
}

/// What an [`Extended`] stands in for.
pub trait Element: Copy {
    /// `value`, rounded to this type.
    fn nearest(value: f64) -> f64;
    /// `value`, rounded to this type; infinite where it overflows.
    fn from_extended(value: Extended<Self>) -> Self;
}

impl Element for f32 {
    #[inline(always)]
    fn nearest(value: f64) -> f64 {
        f64::from(value as f32)
    }
    fn from_extended(value: Extended<Self>) -> Self {
        value.to_f32()
    }
}

impl Element for f64 {
    #[inline(always)]
    fn nearest(value: f64) -> f64 {
        value
    }
    fn from_extended(value: Extended<Self>) -> Self {
        value.to_f64()
    }
}

/// 2ⁿ for |n| ≤ 1022.
#[inline(always)]
fn power_of_two(n: f64) -> f64 {
    f64::from_bits(((n as i64 + 1023) as u64) << 52)
}

#[inline(always)]
fn is_finite(x: f64) -> bool {
    x * 0.0 == 0.0
}

impl<S> Extended<S> {
    /// The fields as they are; the caller vouches for them.
    #[inline(always)]
    const fn raw(mantissa: Dd, exponent: f64) -> Self {
        Self { hi: mantissa.hi, lo: mantissa.lo, exponent, element: PhantomData }
    }

    /// `mantissa` · 2^`exponent` for any mantissa and a finite exponent.
    #[inline(always)]
    fn new(mantissa: Dd, exponent: f64) -> Self {
        const FRACTION: u64 = (1 << 52) - 1;
        const ZERO: u64 = 1023; // the biased exponent of [1, 2)
        let bits = mantissa.hi.to_bits();
        let biased = bits >> 52 & 0x7ff;
        if biased == ZERO {
            return Self::raw(mantissa, exponent);
        }
        if biased == 0 || biased >= 0x7fe {
            return Self::unusual(mantissa, exponent);
        }
        let hi = f64::from_bits(bits & (FRACTION | 1 << 63) | ZERO << 52);
        let lo = mantissa.lo * f64::from_bits((2 * ZERO - biased) << 52);
        Self::raw(dd(hi, lo), exponent + (biased as f64 - ZERO as f64))
    }

    /// [`Self::new`] for a mantissa that is zero, subnormal, huge, infinite or NaN.
    #[cold]
    fn unusual(mantissa: Dd, exponent: f64) -> Self {
        match mantissa.hi {
            hi if hi == 0.0 => Self::limit(hi, f64::NEG_INFINITY),
            hi if !is_finite(hi) => Self::limit(hi, hi.abs()),
            hi if hi.abs() < 1.0 => Self::new(mantissa.scale(power_of_two(200.0)), exponent - 200.0),
            _ => Self::new(mantissa.scale(power_of_two(-200.0)), exponent + 200.0),
        }
    }

    /// The zero, infinity or NaN that an exponent without bound stands for, with the sign of `sign`.
    #[cold]
    fn limit(sign: f64, exponent: f64) -> Self {
        let magnitude = if exponent < 0.0 { 0.0 } else { exponent };
        Self::raw(dd(magnitude.copysign(sign), 0.0), exponent)
    }

    #[inline(always)]
    const fn mantissa(self) -> Dd {
        dd(self.hi, self.lo)
    }

    /// The number as a plain double-double: for exponents below 1000, those below −900 going to zero.
    #[inline(always)]
    fn to_double_double(self) -> Dd {
        if self.exponent < -REACH { dd(0.0, 0.0) } else { self.mantissa().scale(power_of_two(self.exponent)) }
    }

    /// self · 2ⁿ, exactly, for an integral `n`.
    #[inline(always)]
    pub fn scale(self, n: f64) -> Self {
        let exponent = self.exponent + n;
        if is_finite(exponent) {
            Self::raw(self.mantissa(), exponent)
        } else {
            Self::limit(self.hi, exponent)
        }
    }

    /// Exactly `value`.
    #[inline(always)]
    pub fn from_f64(value: f64) -> Self {
        Self::new(dd(value, 0.0), 0.0)
    }

    /// The same number, standing in for another element type.
    pub const fn cast<T>(self) -> Extended<T> {
        Extended::raw(self.mantissa(), self.exponent)
    }

    /// ⌊log₂|x|⌋ up to rounding; −∞ for zero, ∞ for infinities, NaN for NaN.
    pub const fn exponent(self) -> f64 {
        self.exponent
    }

    /// Whether this is neither infinite nor NaN.
    pub fn is_finite(self) -> bool {
        is_finite(self.hi)
    }

    /// Rounds to an integer by a function of f64 that keeps integers as they are and rounds one way (floor, ceil).
    fn round_by(self, round: impl Fn(f64) -> f64) -> Self {
        if self.hi == 0.0 || self.exponent > REACH || !self.is_finite() {
            return self; // an integer, or none to be had
        }
        // Clamped, a tiny number is still neither zero nor an integer.
        let x = self.mantissa().scale(power_of_two(self.exponent.max(-REACH)));
        let hi = round(x.hi);
        Self::new(two_sum(hi, if hi == x.hi { round(x.lo) } else { -0.0 }), 0.0) // −0 keeps the sign of a zero
    }
}

impl<S: Element> Extended<S> {
    /// The nearest f64, subnormals included; infinite where it overflows.
    pub fn to_f64(self) -> f64 {
        match self.exponent {
            e if e.abs() <= 1022.0 => self.hi * power_of_two(e),
            e if e == 1023.0 => self.hi * power_of_two(e),
            e if e < -1100.0 => 0.0_f64.copysign(self.hi),
            e if e < 0.0 => self.scale(1074.0).round_ties_even().to_f64() * f64::from_bits(1),
            e if e > 0.0 => f64::INFINITY.copysign(self.hi),
            _ => f64::NAN,
        }
    }

    /// The nearest f32, subnormals included; infinite where it overflows.
    pub fn to_f32(self) -> f32 {
        let odd = self.rounded_to_odd();
        match self.exponent {
            e if e.abs() <= 200.0 => (odd * power_of_two(e)) as f32,
            e if e < 0.0 => 0.0_f32.copysign(odd as f32),
            e if e > 0.0 => f32::INFINITY.copysign(odd as f32),
            _ => f32::NAN,
        }
    }

    /// The mantissa cut to an f64 whose last bit is set where anything was cut off: rounding that to an f32
    /// is as good as rounding all 106 bits at once.
    fn rounded_to_odd(self) -> f64 {
        let bits = self.hi.to_bits();
        if self.lo == 0.0 || !self.is_finite() {
            return self.hi;
        }
        let towards_zero = (self.lo < 0.0) != (self.hi < 0.0);
        f64::from_bits((bits - u64::from(towards_zero)) | 1)
    }

    /// Rounded to the element type; infinite where it overflows.
    pub fn to_element(self) -> S {
        S::from_extended(self)
    }

    /// The nearest integer, ties as `tie(integer below)` says: true for up.
    fn round_to_nearest(self, tie: impl Fn(Self) -> bool) -> Self {
        let below = self.floor();
        let half = Self::from_f64(0.5);
        let up = match (self - below).partial_cmp(&half) {
            Some(Ordering::Less) => false,
            Some(Ordering::Equal) => tie(below),
            Some(Ordering::Greater) => true,
            None => return self, // ∞ − ∞ and NaN
        };
        (if up { below + Self::from_f64(1.0) } else { below }).copysign(self)
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

// Not derived: a derive would ask the same of `S`.
impl<S> Copy for Extended<S> {}
impl<S> Clone for Extended<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> fmt::Debug for Extended<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_finite(self.exponent) {
            write!(f, "({:?} + {:e}) · 2^{}", self.hi, self.lo, self.exponent)
        } else {
            write!(f, "{:?}", self.hi)
        }
    }
}

impl<S> PartialEq for Extended<S> {
    #[inline(always)]
    fn eq(&self, other: &Self) -> bool {
        self.hi == other.hi && self.lo == other.lo && self.exponent == other.exponent
    }
}

impl<S> PartialOrd for Extended<S> {
    /// By sign, then by exponent, then by mantissa. `hi` is the mantissa rounded, so it decides before `lo` does.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let (a, b) = (self, other);
        if a.hi * b.hi > 0.0 && a.exponent != b.exponent {
            let order = a.exponent.partial_cmp(&b.exponent);
            return if a.hi < 0.0 { order.map(Ordering::reverse) } else { order };
        }
        match a.hi.partial_cmp(&b.hi) {
            Some(Ordering::Equal) => a.lo.partial_cmp(&b.lo),
            order => order,
        }
    }
}

impl<S> Neg for Extended<S> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::raw(-self.mantissa(), self.exponent)
    }
}

impl<S> Add for Extended<S> {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let (large, small) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let gap = small.exponent - large.exponent;
        if gap >= -REACH {
            return Self::new(large.mantissa() + small.mantissa().scale(power_of_two(gap)), large.exponent);
        }
        // Far apart (then the larger one is the sum; a zero or an infinity is far from anything), else two zeros,
        // two infinities or a NaN, which f64 knows how to add.
        if gap < 0.0 { large } else { Self::from_f64(self.hi + other.hi) }
    }
}

impl<S> Sub for Extended<S> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<S> Mul for Extended<S> {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let exponent = self.exponent + other.exponent;
        if !is_finite(exponent) {
            return Self::limit(self.hi * other.hi, exponent);
        }
        Self::new(self.mantissa() * other.mantissa(), exponent)
    }
}

impl<S> Div for Extended<S> {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let exponent = self.exponent - other.exponent;
        if !is_finite(exponent) {
            return Self::limit(self.hi / other.hi, exponent);
        }
        Self::new(self.mantissa() / other.mantissa(), exponent)
    }
}

/// Operators with a literal on the right, which is rounded to the element type first.
macro_rules! with_literal {
    ($($trait:ident $method:ident),*) => {$(
        impl<S: Element> $trait<f64> for Extended<S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                $trait::$method(self, self.constant(other))
            }
        }
    )*};
}

with_literal!(Add add, Sub sub, Mul mul, Div div);

impl<S: Element> Arith for Extended<S> {
    type Mask = bool;

    #[inline(always)]
    fn constant(self, value: f64) -> Self {
        Self::from_f64(S::nearest(value))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        if self.hi.is_sign_negative() { -self } else { self }
    }

    /// Newton's step from the f64 root: 2⁻¹⁰⁴.
    fn sqrt(self) -> Self {
        if self.hi <= 0.0 || !self.is_finite() {
            return Self::from_f64(self.hi.sqrt());
        }
        let half = (0.5 * self.exponent).floor();
        let odd = self.exponent - 2.0 * half;
        Self::new(self.mantissa().scale(1.0 + odd).sqrt(), half)
    }

    #[inline(always)]
    fn copysign(self, sign: Self) -> Self {
        if self.hi.is_sign_negative() == sign.hi.is_sign_negative() { self } else { -self }
    }

    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }

    fn floor(self) -> Self {
        self.round_by(f64::floor)
    }

    fn ceil(self) -> Self {
        self.round_by(f64::ceil)
    }

    fn trunc(self) -> Self {
        if self.hi < 0.0 { self.ceil() } else { self.floor() }
    }

    fn round_ties_even(self) -> Self {
        self.round_to_nearest(|below| {
            let half = below.scale(-1.0);
            half != half.floor()
        })
    }

    fn round(self) -> Self {
        self.round_to_nearest(|_| self.hi > 0.0)
    }

    #[inline(always)]
    fn lt(self, other: Self) -> bool {
        PartialOrd::lt(&self, &other)
    }

    #[inline(always)]
    fn le(self, other: Self) -> bool {
        PartialOrd::le(&self, &other)
    }

    #[inline(always)]
    fn gt(self, other: Self) -> bool {
        PartialOrd::gt(&self, &other)
    }

    #[inline(always)]
    fn ge(self, other: Self) -> bool {
        PartialOrd::ge(&self, &other)
    }

    #[inline(always)]
    fn eq(self, other: Self) -> bool {
        PartialEq::eq(&self, &other)
    }

    #[inline(always)]
    fn ne(self, other: Self) -> bool {
        PartialEq::ne(&self, &other)
    }

    #[inline(always)]
    fn select(mask: bool, then: Self, otherwise: Self) -> Self {
        if mask { then } else { otherwise }
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        if self > other || Arith::is_nan(self) { self } else { other }
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        if self < other || Arith::is_nan(self) { self } else { other }
    }
}
