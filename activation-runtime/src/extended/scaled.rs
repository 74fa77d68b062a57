//! The number behind an [`Extended`](super::Extended): its representation, arithmetic, rounding and conversions.
//!
//! Nothing here is generic: it is compiled once, not again in every crate that declares an activation.

use crate::carrier::ordered;

use super::double_double::{Dd, dd, two_sum};
use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// (hi + lo) · 2^exponent.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Scaled {
    /// In ±[1, 2), or ±0, ±∞, NaN; the mantissa rounded to an f64.
    pub(super) hi: f64,
    /// What `hi` lacks of the mantissa, at most half a unit in its last place.
    pub(super) lo: f64,
    /// Integral; −∞ for zero, ∞ for an infinity, NaN for NaN, so that comparing, adding and subtracting exponents
    /// does as well for those as for the rest.
    pub(super) exponent: f64,
}

/// Numbers further apart than 2^REACH don't see each other in a sum.
const REACH: f64 = 900.0;

/// 2ⁿ for |n| ≤ 1022.
#[inline(always)]
pub(super) fn power_of_two(n: f64) -> f64 {
    f64::from_bits(((n as i64 + 1023) as u64) << 52)
}

#[inline(always)]
pub(super) fn is_finite(x: f64) -> bool {
    x * 0.0 == 0.0
}

impl Scaled {
    pub(super) const ONE: Self = Self::raw(dd(1.0, 0.0), 0.0);
    pub(super) const NAN: Self = Self::raw(dd(f64::NAN, 0.0), f64::NAN);

    /// The fields as they are; the caller vouches for them.
    #[inline(always)]
    pub(super) const fn raw(mantissa: Dd, exponent: f64) -> Self {
        Self { hi: mantissa.hi, lo: mantissa.lo, exponent }
    }

    /// `mantissa` · 2^`exponent` for any mantissa and a finite exponent.
    #[inline(always)]
    pub(super) fn new(mantissa: Dd, exponent: f64) -> Self {
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
    pub(super) const fn mantissa(self) -> Dd {
        dd(self.hi, self.lo)
    }

    /// The number as a plain double-double: for exponents below 1000, those below −900 going to zero.
    #[inline(always)]
    pub(super) fn to_double_double(self) -> Dd {
        if self.exponent < -REACH { dd(0.0, 0.0) } else { self.mantissa().scale(power_of_two(self.exponent)) }
    }

    /// self · 2ⁿ for an integral `n`.
    #[inline(always)]
    pub(super) fn scale(self, n: f64) -> Self {
        let exponent = self.exponent + n;
        if is_finite(exponent) {
            Self::raw(self.mantissa(), exponent)
        } else {
            Self::limit(self.hi, exponent)
        }
    }

    ordered!();

    #[inline(always)]
    pub(super) const fn is_nan(self) -> bool {
        self.hi.is_nan()
    }

    #[inline(always)]
    pub(super) fn from_f64(value: f64) -> Self {
        Self::new(dd(value, 0.0), 0.0)
    }

    pub(super) fn to_f64(self) -> f64 {
        match self.exponent {
            e if e.abs() <= 1022.0 => self.hi * power_of_two(e),
            e if e == 1023.0 => self.hi * power_of_two(e),
            e if e < -1100.0 => 0.0_f64.copysign(self.hi),
            e if e < 0.0 => self.scale(1074.0).round_ties_even().to_f64() * f64::from_bits(1),
            e if e > 0.0 => f64::INFINITY.copysign(self.hi),
            _ => f64::NAN,
        }
    }

    pub(super) fn to_f32(self) -> f32 {
        let odd = self.rounded_to_odd();
        match self.exponent {
            e if e.abs() <= 200.0 => (odd * power_of_two(e)) as f32,
            e if e < 0.0 => 0.0_f32.copysign(odd as f32),
            e if e > 0.0 => f32::INFINITY.copysign(odd as f32),
            _ => f32::NAN,
        }
    }

    /// The mantissa cut to an f64 whose last bit is set where anything was cut off: rounding that to an f32 is as
    /// good as rounding all 106 bits at once.
    fn rounded_to_odd(self) -> f64 {
        if self.lo == 0.0 || !is_finite(self.hi) {
            return self.hi;
        }
        let towards_zero = (self.lo < 0.0) != (self.hi < 0.0);
        f64::from_bits((self.hi.to_bits() - u64::from(towards_zero)) | 1)
    }

    #[inline(always)]
    pub(super) fn abs(self) -> Self {
        if self.hi.is_sign_negative() { -self } else { self }
    }

    #[inline(always)]
    pub(super) fn copysign(self, sign: Self) -> Self {
        if self.hi.is_sign_negative() == sign.hi.is_sign_negative() { self } else { -self }
    }

    #[inline(always)]
    pub(super) fn recip(self) -> Self {
        Self::ONE / self
    }

    /// Newton's step from the f64 root: 2⁻¹⁰⁴.
    pub(super) fn sqrt(self) -> Self {
        if self.hi <= 0.0 || !is_finite(self.hi) {
            return Self::from_f64(self.hi.sqrt());
        }
        let half = (0.5 * self.exponent).floor();
        let odd = self.exponent - 2.0 * half;
        Self::new(self.mantissa().scale(1.0 + odd).sqrt(), half)
    }

    /// Rounds to an integer by a function of f64 that keeps integers as they are and rounds one way (floor, ceil).
    fn round_by(self, round: fn(f64) -> f64) -> Self {
        if self.hi == 0.0 || self.exponent > REACH || !is_finite(self.hi) {
            return self; // an integer, or none to be had
        }
        // Clamped, a tiny number is still neither zero nor an integer.
        let x = self.mantissa().scale(power_of_two(self.exponent.max(-REACH)));
        let hi = round(x.hi);
        // −0 keeps the sign of a zero.
        Self::new(two_sum(hi, if hi == x.hi { round(x.lo) } else { -0.0 }), 0.0)
    }

    pub(super) fn floor(self) -> Self {
        self.round_by(f64::floor)
    }

    pub(super) fn ceil(self) -> Self {
        self.round_by(f64::ceil)
    }

    pub(super) fn trunc(self) -> Self {
        if self.hi < 0.0 { self.ceil() } else { self.floor() }
    }

    /// The nearest integer, ties as `tie(integer below)` says: true for up.
    fn round_to_nearest(self, tie: impl Fn(Self) -> bool) -> Self {
        let below = self.floor();
        let up = match (self - below).partial_cmp(&Self::from_f64(0.5)) {
            Some(Ordering::Less) => false,
            Some(Ordering::Equal) => tie(below),
            Some(Ordering::Greater) => true,
            None => return self, // ∞ − ∞ and NaN
        };
        (if up { below + Self::ONE } else { below }).copysign(self)
    }

    pub(super) fn round_ties_even(self) -> Self {
        self.round_to_nearest(|below| {
            let half = below.scale(-1.0);
            half != half.floor()
        })
    }

    pub(super) fn round(self) -> Self {
        self.round_to_nearest(|_| self.hi > 0.0)
    }
}

impl PartialOrd for Scaled {
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

impl Neg for Scaled {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        Self::raw(-self.mantissa(), self.exponent)
    }
}

impl Add for Scaled {
    type Output = Self;
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

impl Sub for Scaled {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Scaled {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let exponent = self.exponent + other.exponent;
        if !is_finite(exponent) {
            return Self::limit(self.hi * other.hi, exponent);
        }
        Self::new(self.mantissa() * other.mantissa(), exponent)
    }
}

impl Div for Scaled {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let exponent = self.exponent - other.exponent;
        if !is_finite(exponent) {
            return Self::limit(self.hi / other.hi, exponent);
        }
        Self::new(self.mantissa() / other.mantissa(), exponent)
    }
}
