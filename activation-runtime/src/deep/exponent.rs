//! Exponents: integers without bound, exact below 2¹⁷⁰.

use core::cmp::Ordering;
use core::ops::{Add, Neg, Sub};

/// far · 2¹²⁰ + near. A float for the higher part rounds where an exponent is beyond all use, but keeps its order of
/// magnitude; e^(10³⁸) is far from there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Exponent {
    /// Integral; −∞ for zero, ∞ for an infinity, NaN for NaN.
    far: f64,
    /// In [−2¹¹⁹, 2¹¹⁹).
    near: i128,
}

const SHIFT: u32 = 120;

impl Exponent {
    pub(super) const OF_ZERO: Self = Self { far: f64::NEG_INFINITY, near: 0 };
    pub(super) const OF_INFINITY: Self = Self { far: f64::INFINITY, near: 0 };
    pub(super) const OF_NAN: Self = Self { far: f64::NAN, near: 0 };

    pub(super) const fn new(n: i64) -> Self {
        Self { far: 0.0, near: n as i128 }
    }

    /// For |near| < 2¹²⁶.
    pub(super) fn of_parts(far: f64, near: i128) -> Self {
        let carry = (near + (1 << (SHIFT - 1))) >> SHIFT;
        let far = far + carry as f64;
        Self { far, near: if far.is_finite() { near - (carry << SHIFT) } else { 0 } }
    }

    /// For an integral `n` or one of the special values.
    pub(super) fn from_f64(n: f64) -> Self {
        let scale = (1_u128 << SHIFT) as f64;
        let far = (n / scale).round_ties_even();
        if far.is_finite() { Self::of_parts(far, (n - far * scale) as i128) } else { Self { far, near: 0 } }
    }

    pub(super) fn to_f64(self) -> f64 {
        self.far * (1_u128 << SHIFT) as f64 + self.near as f64
    }

    /// (far, near) with the value far · 2¹²⁰ + near.
    pub(super) const fn parts(self) -> (f64, i128) {
        (self.far, self.near)
    }

    pub(super) const fn is_finite(self) -> bool {
        self.far.is_finite()
    }

    pub(super) const fn is_nan(self) -> bool {
        self.far.is_nan()
    }

    /// The nearest i64.
    pub(super) fn to_i64(self) -> i64 {
        if self.far == 0.0 {
            self.near.clamp(i64::MIN.into(), i64::MAX.into()) as i64
        } else if self.far < 0.0 {
            i64::MIN
        } else {
            i64::MAX
        }
    }

    /// (⌊self/n⌋, the remainder).
    pub(super) fn divide(self, n: u8) -> (Self, i64) {
        let divisor = f64::from(n);
        let far = (self.far / divisor).floor();
        // A float beyond 2⁵³ has lost its remainder.
        let rest = (self.far - divisor * far).clamp(0.0, divisor - 1.0);
        let near = self.near + ((rest as i128) << SHIFT);
        let n = i128::from(n);
        (Self::of_parts(far, near.div_euclid(n)), near.rem_euclid(n) as i64)
    }
}

impl Add for Exponent {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::of_parts(self.far + other.far, self.near + other.near)
    }
}

impl Sub for Exponent {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Neg for Exponent {
    type Output = Self;
    fn neg(self) -> Self {
        Self::of_parts(-self.far, -self.near)
    }
}

impl PartialOrd for Exponent {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.far.partial_cmp(&other.far)?.then(self.near.cmp(&other.near)))
    }
}
