//! The number behind a [`Deep`](super::Deep): its representation, arithmetic, rounding and conversions.
//!
//! Sums, products, quotients and roots are rounded to the nearest, ties away from zero, but that a bit of an operand
//! more than 384 places down may go unseen: an error of 2⁻³⁸³ at most, and none where the result is representable.

use core::cmp::Ordering;
use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::carrier::ordered;

use super::exponent::Exponent;
use super::limbs::{self, LIMBS, Mantissa, Wide};

/// The bits of a mantissa.
const BITS: i64 = 64 * LIMBS as i64;

/// ± mantissa/2³⁸³ · 2^exponent.
#[derive(Clone, Copy)]
pub(super) struct Number {
    pub(super) negative: bool,
    pub(super) exponent: Exponent,
    /// With its highest bit set, or 0 for zero, the infinities and NaN, which the exponent tells apart.
    mantissa: Mantissa,
}

impl Number {
    pub(super) const ZERO: Self = Self::limit(false, Exponent::OF_ZERO);
    pub(super) const INFINITY: Self = Self::limit(false, Exponent::OF_INFINITY);
    pub(super) const NAN: Self = Self::limit(false, Exponent::OF_NAN);
    pub(super) const ONE: Self = Self::raw(0, [0, 0, 0, 0, 0, 1 << 63]);
    pub(super) const TWO: Self = Self::raw(1, [0, 0, 0, 0, 0, 1 << 63]);

    /// A positive number of which the fields are known.
    pub(super) const fn raw(exponent: i64, mantissa: Mantissa) -> Self {
        Self { negative: false, exponent: Exponent::new(exponent), mantissa }
    }

    const fn limit(negative: bool, exponent: Exponent) -> Self {
        Self { negative, exponent, mantissa: [0; LIMBS] }
    }

    /// The fields as they are, or zero or infinity if the exponent has no bound.
    fn new(negative: bool, exponent: Exponent, mantissa: Mantissa) -> Self {
        if exponent.is_finite() {
            Self { negative, exponent, mantissa }
        } else {
            Self::limit(negative, exponent)
        }
    }

    /// ± wide/2⁷⁶⁷ · 2^exponent, rounded; +0 for 0.
    fn rounded(negative: bool, exponent: Exponent, wide: &Wide) -> Self {
        let zeros = limbs::leading_zeros(wide);
        if zeros as usize == 64 * wide.len() {
            return Self::ZERO;
        }
        let wide = limbs::shift_left(wide, zeros);
        let exponent = exponent + Exponent::new(-i64::from(zeros));
        let (mut high, mut up) = ([0; LIMBS], [0; LIMBS]);
        high.copy_from_slice(&wide[LIMBS..]);
        up[0] = wide[LIMBS - 1] >> 63;
        let (mantissa, carry) = limbs::add(&high, &up);
        if carry {
            return Self::new(negative, exponent + Exponent::new(1), Self::ONE.mantissa);
        }
        Self::new(negative, exponent, mantissa)
    }

    /// ± wide/2^bits with as many bits as `wide` has.
    pub(super) fn of_fraction(negative: bool, wide: &Wide) -> Self {
        Self::rounded(negative, Exponent::new(-1), wide)
    }

    /// self · 2ⁿ.
    pub(super) fn scale(self, n: i64) -> Self {
        self.scale_by(Exponent::new(n))
    }

    /// self · 2ⁿ.
    pub(super) fn scale_by(self, n: Exponent) -> Self {
        if self.is_regular() { Self::new(self.negative, self.exponent + n, self.mantissa) } else { self }
    }

    /// The number's mantissa, in ±[1, 2).
    pub(super) fn fraction(self) -> Self {
        Self { exponent: Exponent::new(0), ..self }
    }

    pub(super) const fn mantissa(&self) -> &Mantissa {
        &self.mantissa
    }

    /// Neither zero nor infinite nor NaN.
    pub(super) const fn is_regular(self) -> bool {
        self.exponent.is_finite()
    }

    pub(super) fn is_zero(self) -> bool {
        self.exponent == Exponent::OF_ZERO
    }

    pub(super) fn is_infinite(self) -> bool {
        self.exponent == Exponent::OF_INFINITY
    }

    pub(super) const fn is_nan(self) -> bool {
        self.exponent.is_nan()
    }

    /// |self| < 2ⁿ.
    pub(super) fn is_below(self, n: i64) -> bool {
        self.exponent < Exponent::new(n)
    }

    /// What it is among 0, 1, ∞ and NaN, with its sign: enough for IEEE's rules of special values.
    fn sketch(self) -> f64 {
        let magnitude = match self.exponent {
            e if e.is_nan() => f64::NAN,
            e if e.is_finite() => 1.0,
            e if e == Exponent::OF_ZERO => 0.0,
            _ => f64::INFINITY,
        };
        if self.negative { -magnitude } else { magnitude }
    }

    ordered!();

    pub(super) fn from_f64(value: f64) -> Self {
        let negative = value.is_sign_negative();
        let bits = value.to_bits();
        match bits >> 52 & 0x7ff {
            0 if value == 0.0 => Self::limit(negative, Exponent::OF_ZERO),
            0 => Self::from_f64(value * (1_u64 << 60) as f64).scale(-60),
            0x7ff if value.is_nan() => Self::NAN,
            0x7ff => Self::limit(negative, Exponent::OF_INFINITY),
            biased => {
                Self { negative, ..Self::raw(biased as i64 - 1023, [0, 0, 0, 0, 0, bits << 11 | 1 << 63]) }
            }
        }
    }

    fn from_i128(value: i128) -> Self {
        let magnitude = value.unsigned_abs();
        let mut wide = [0; 2 * LIMBS];
        [wide[2 * LIMBS - 2], wide[2 * LIMBS - 1]] = [magnitude as u64, (magnitude >> 64) as u64];
        Self::rounded(value < 0, Exponent::new(127), &wide)
    }

    pub(super) fn from_exponent(n: Exponent) -> Self {
        let (far, near) = n.parts();
        Self::from_f64(far).scale(120) + Self::from_i128(near)
    }

    /// For an integer; exact below 2¹⁷⁰, and none beyond 2¹¹⁴⁰, so that sums of some are finite.
    pub(super) fn to_exponent(self) -> Exponent {
        const LIMIT: f64 = f64::MAX / 16.0;
        let far = self.scale(-120).round_ties_even();
        let near = self - far.scale(120);
        let e = near.exponent.to_i64();
        let magnitude = if e < 0 {
            0
        } else {
            let top = u128::from(near.mantissa[LIMBS - 1]) << 64 | u128::from(near.mantissa[LIMBS - 2]);
            (top >> (127 - e)) as i128
        };
        Exponent::of_parts(
            far.to_f64().clamp(-LIMIT, LIMIT),
            if near.negative { -magnitude } else { magnitude },
        )
    }

    pub(super) fn to_f64(self) -> f64 {
        self.nearest(53, -1022)
    }

    /// The nearest float with so many bits of mantissa, fewer below 2^`smallest`; ties to even. One of more than f64's
    /// range is infinite.
    pub(super) fn nearest(self, precision: i64, smallest: i64) -> f64 {
        if !self.is_regular() {
            return self.sketch();
        }
        let sign = if self.negative { -1.0 } else { 1.0 };
        let exponent = self.exponent.to_i64();
        let bits = precision.min(exponent.saturating_sub(smallest).saturating_add(precision));
        if exponent > 1023 || bits < 0 {
            return sign * if bits < 0 { 0.0 } else { f64::INFINITY };
        }
        // 64 bits, the last of which stands for all that follow.
        let sticky = self.mantissa[..LIMBS - 1].iter().any(|&limb| limb != 0);
        let top = self.mantissa[LIMBS - 1] | u64::from(sticky);
        let drop = (64 - bits) as u32;
        let (kept, rest) = (top.unbounded_shr(drop), top << bits);
        let up = rest > 1 << 63 || (rest == 1 << 63 && kept & 1 == 1);
        // Both products are exact: the result is an integer times the smallest subnormal, or not that small.
        let n = exponent - bits + 1;
        let power = |n: i64| f64::from_bits(((1023 + n) as u64) << 52);
        sign * (kept + u64::from(up)) as f64 * power(n / 2) * power(n - n / 2)
    }

    pub(super) const fn abs(self) -> Self {
        Self { negative: false, ..self }
    }

    pub(super) const fn copysign(self, sign: Self) -> Self {
        Self { negative: sign.negative, ..self }
    }

    /// self / n.
    pub(super) fn divide(self, n: u64) -> Self {
        let mut wide = [0; 2 * LIMBS];
        wide[LIMBS..].copy_from_slice(&self.mantissa);
        if !self.is_regular() {
            return self;
        }
        Self::rounded(self.negative, self.exponent, &limbs::divide_by_limb(&wide, n))
    }

    /// Newton's iteration from the f64 root; exact where the root is.
    pub(super) fn sqrt(self) -> Self {
        if !self.is_regular() || self.negative {
            return Self::from_f64(self.sketch().sqrt());
        }
        let (half, odd) = self.exponent.divide(2);
        let x = self.fraction().scale(odd);
        let mut root = Self::from_f64(x.to_f64().sqrt());
        for _ in 0..3 {
            root = (root + x / root).scale(-1);
        }
        root.scale_by(half)
    }

    pub(super) fn trunc(self) -> Self {
        let integral = self.exponent.to_i64().saturating_add(1);
        if !self.is_regular() || integral >= BITS {
            return self;
        }
        if integral <= 0 {
            return Self::ZERO.copysign(self);
        }
        let cut = (BITS - integral) as u32;
        let mantissa = limbs::shift_left(&limbs::shift_right(&self.mantissa, cut), cut);
        Self { mantissa, ..self }
    }

    pub(super) fn floor(self) -> Self {
        let whole = self.trunc();
        if whole > self { whole - Self::ONE } else { whole }
    }

    pub(super) fn ceil(self) -> Self {
        -(-self).floor()
    }

    /// The nearest integer, ties as `away(integer towards zero)` says.
    fn round_to_nearest(self, away: impl Fn(Self) -> bool) -> Self {
        let whole = self.trunc();
        let up = match (self - whole).abs().partial_cmp(&Self::ONE.scale(-1)) {
            Some(Ordering::Less) | None => false,
            Some(Ordering::Equal) => away(whole),
            Some(Ordering::Greater) => true,
        };
        if up { whole + Self::ONE.copysign(self) } else { whole }
    }

    pub(super) fn round_ties_even(self) -> Self {
        self.round_to_nearest(Self::is_odd)
    }

    pub(super) fn round(self) -> Self {
        self.round_to_nearest(|_| true)
    }

    pub(super) fn is_integer(self) -> bool {
        self == self.trunc()
    }

    /// Whether this is an odd integer.
    pub(super) fn is_odd(self) -> bool {
        self.is_regular() && self.is_integer() && !self.scale(-1).is_integer()
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    /// By sign, then by exponent, then by mantissa.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let of_sketches = self.sketch().partial_cmp(&other.sketch())?;
        if of_sketches.is_ne() || !self.is_regular() {
            return Some(of_sketches);
        }
        let by_mantissa = self.mantissa.iter().rev().cmp(other.mantissa.iter().rev());
        let order = self.exponent.partial_cmp(&other.exponent)?.then(by_mantissa);
        Some(if self.negative { order.reverse() } else { order })
    }
}

impl Neg for Number {
    type Output = Self;
    fn neg(self) -> Self {
        Self { negative: !self.negative, ..self }
    }
}

impl Add for Number {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        match (self.is_regular(), other.is_regular()) {
            (true, true) => {}
            (true, false) if other.is_zero() => return self,
            (false, true) if self.is_zero() => return other,
            _ => return Self::from_f64(self.sketch() + other.sketch()),
        }
        let (large, small) = if self.abs() < other.abs() { (other, self) } else { (self, other) };
        let gap = (large.exponent - small.exponent).to_i64();
        if gap > BITS + 1 {
            return large;
        }
        // One bit down, to leave room for a carry.
        let widened = |mantissa: &Mantissa, shift: i64| {
            let mut wide = [0; 2 * LIMBS];
            wide[LIMBS..].copy_from_slice(mantissa);
            limbs::shift_right(&wide, shift as u32)
        };
        let (a, b) = (widened(&large.mantissa, 1), widened(&small.mantissa, gap + 1));
        let sum = if self.negative == other.negative { limbs::add(&a, &b).0 } else { limbs::sub(&a, &b) };
        Self::rounded(large.negative, large.exponent + Exponent::new(1), &sum)
    }
}

impl Sub for Number {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Number {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        if !self.is_regular() || !other.is_regular() {
            return Self::from_f64(self.sketch() * other.sketch());
        }
        let exponent = self.exponent + other.exponent + Exponent::new(1);
        let product = limbs::mul(&self.mantissa, &other.mantissa);
        Self::rounded(self.negative != other.negative, exponent, &product)
    }
}

impl Div for Number {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        if !self.is_regular() || !other.is_regular() {
            return Self::from_f64(self.sketch() / other.sketch());
        }
        let exponent = self.exponent - other.exponent + Exponent::new(63);
        let mut wide = [0; 2 * LIMBS];
        wide[LIMBS - 2..].copy_from_slice(&limbs::divide(&self.mantissa, &other.mantissa));
        Self::rounded(self.negative != other.negative, exponent, &wide)
    }
}
