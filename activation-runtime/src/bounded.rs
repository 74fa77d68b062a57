//! f64 numbers that know how far off they may be: the carrier between a register of f32 and numbers of 106 bits.
//!
//! Where f32 is wrong, f64 nearly always is right, and a register holds eight of them; what is missing is to know
//! where. Each number carries a bound of its absolute error (*running error analysis*: Higham, *Accuracy and
//! Stability of Numerical Algorithms*, 3.3): what an operation makes of the bounds of its operands by its slope, and
//! a rounding. The bound is coarse by small factors, which costs little, as f64 has 29 bits to spare; it is never
//! too small, but for its own roundings.
//!
//! An absolute bound takes the range in its stride: what underflows is off by less than the smallest bound, what
//! overflows has no bound. Sums and selections of it cost an addition.

use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use crate::arith::{Arith, Lanes};
use crate::carrier::{Element, SPARE};
use crate::real::Real;

/// The relative error of one operation: elementary functions err by up to two units in the last place.
const ROUNDING: f64 = 1.0 / (1_u64 << 50) as f64;
/// The absolute error of an operation that underflows, and much more.
const UNDERFLOW: f64 = f64::MIN_POSITIVE * (1_u64 << 22) as f64;
/// The smallest normal f32: below, the spacing of floats is absolute.
const TINY: f64 = f32::MIN_POSITIVE as f64;

/// Numbers in f64, standing in for f32, each with a bound of its absolute error: 0 where it is exact, ∞ or NaN where
/// nothing is known.
///
/// ```
/// use activation_runtime::{arith::Arith, bounded::Bounded, real::Real};
///
/// let versine = |x: Bounded<f64>| x.constant(1.0) - x.cos();
/// let y = versine(Bounded::exact(0.1));
/// assert!(y.is_settled());
/// assert_eq!(y.value() as f32, 0.004_995_834_7);
/// assert!(!versine(Bounded::exact(1e-7)).is_settled());
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Bounded<V> {
    value: V,
    error: V,
}

impl<V: Lanes<Scalar = f64>> Bounded<V> {
    /// Exactly `value`.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn exact(value: V) -> Self {
        Self { value, error: value.constant(0.0) }
    }

    /// `value`, which is off by `error` at most.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn new(value: V, error: V) -> Self {
        Self { value, error }
    }

    /// The numbers.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn value(self) -> V {
        self.value
    }

    /// What they may be off by.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn error(self) -> V {
        self.error
    }

    /// Where rounding to f32 makes a larger error than the number has.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn is_settled(self) -> V::Mask {
        let magnitude = self.value.abs();
        let spacing = magnitude.at_least(TINY) * magnitude.constant(0.5_f64.powi(f32::PRECISION + SPARE));
        self.error.le(spacing) & magnitude.lt(magnitude.constant(f64::INFINITY))
    }

    /// `value`, which is rounded and inherits an error.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rounded(value: V, inherited: V) -> Self {
        Self { value, error: value.abs().mul_add(value.constant(ROUNDING), inherited) }
    }

    /// `value`, which is rounded, may have underflowed, and inherits an error.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn ranged(value: V, inherited: V) -> Self {
        Self::rounded(value, inherited + value.constant(UNDERFLOW))
    }

    /// `value` = f(self), where |f′| ≤ `slope` at no more than `reach` from the number.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn mapped(self, value: V, slope: V, reach: V) -> Self {
        Self::ranged(value, unless(self.error.le(reach), slope * self.error))
    }

    /// `value` = f(self), a function with steps: exact, unless the error reaches one.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn stepped(self, f: impl Fn(V) -> V) -> Self {
        let value = f(self.value);
        let same = f(self.value - self.error).eq(f(self.value + self.error));
        Self { value, error: unless(same, value.constant(0.0)) }
    }

    /// A comparison: open where the difference isn't certain to have the sign that it has.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn compared(self, other: Self, holds: V::Mask) -> Verdict<V::Mask> {
        let (difference, slack) = (self.value - other.value, self.error + other.error);
        let certain = difference.abs().gt(slack) | slack.eq(slack.constant(0.0));
        Verdict { holds, open: !certain }
    }

    /// The larger number; of negated numbers, the smaller.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn chosen(self, other: Self, value: V, lead: V) -> Self {
        // Where the errors leave the choice open, the numbers are as good as equal.
        let slack = self.error + other.error;
        let error = V::select((-lead).gt(slack), other.error, self.error.max(other.error));
        Self { value, error: V::select(lead.gt(slack), self.error, error) }
    }
}

/// `error` where it is known, ∞ elsewhere.
#[cfg_attr(not(debug_assertions), inline(always))]
fn unless<V: Arith>(known: V::Mask, error: V) -> V {
    V::select(known, error, error.constant(f64::INFINITY))
}

/// Truth values.
#[derive(Debug, Clone, Copy)]
pub struct Verdict<M> {
    holds: M,
    /// Whether errors leave it open.
    open: M,
}

impl<M> Verdict<M> {
    /// Whether it holds, by the numbers as computed.
    pub fn holds(self) -> M {
        self.holds
    }
}

impl<M: Copy + BitOr<Output = M>> Verdict<M> {
    /// What either leaves open is open.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn joined(self, other: Self, connective: impl FnOnce(M, M) -> M) -> Self {
        Self { holds: connective(self.holds, other.holds), open: self.open | other.open }
    }
}

macro_rules! connectives {
    ($($trait:ident $method:ident),*) => {$(
        impl<M: Copy + $trait<Output = M> + BitOr<Output = M>> $trait for Verdict<M> {
            type Output = Self;
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn $method(self, other: Self) -> Self {
                self.joined(other, M::$method)
            }
        }
    )*};
}

connectives!(BitAnd bitand, BitOr bitor, BitXor bitxor);

impl<M: Not<Output = M>> Not for Verdict<M> {
    type Output = Self;
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn not(self) -> Self {
        Self { holds: !self.holds, ..self }
    }
}

impl<V: Lanes<Scalar = f64>> Neg for Bounded<V> {
    type Output = Self;
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn neg(self) -> Self {
        Self { value: -self.value, ..self }
    }
}

impl<V: Lanes<Scalar = f64>> Add for Bounded<V> {
    type Output = Self;
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, other: Self) -> Self {
        Self::rounded(self.value + other.value, self.error + other.error)
    }
}

impl<V: Lanes<Scalar = f64>> Sub for Bounded<V> {
    type Output = Self;
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn sub(self, other: Self) -> Self {
        Self::rounded(self.value - other.value, self.error + other.error)
    }
}

impl<V: Lanes<Scalar = f64>> Mul for Bounded<V> {
    type Output = Self;
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn mul(self, other: Self) -> Self {
        let by_self = (self.value.abs() + self.error) * other.error;
        Self::ranged(self.value * other.value, other.value.abs().mul_add(self.error, by_self))
    }
}

impl<V: Lanes<Scalar = f64>> Div for Bounded<V> {
    type Output = Self;
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn div(self, other: Self) -> Self {
        let inverse = other.value.constant(1.0) / other.value;
        let (value, scale) = (self.value * inverse, inverse.abs());
        // x′/y′ − x/y = ((x′ − x) − (y′ − y)·x/y) / y′, and y′ is half of y at least.
        let half = scale.constant(0.5);
        let parts = value.abs().mul_add(other.error, self.error) * (scale + scale);
        let inherited = unless((other.error * scale).le(half), parts);
        // The inverse itself may have underflowed.
        Self::ranged(value, self.value.abs().mul_add(value.constant(UNDERFLOW), inherited))
    }
}

/// Functions with steps.
macro_rules! steps {
    ($($name:ident)*) => {$(
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn $name(self) -> Self {
            self.stepped(
                #[inline(always)]
                |x| x.$name(),
            )
        }
    )*};
}

/// Comparisons, false (`ne`: true) where either side is NaN.
macro_rules! comparisons {
    ($($name:ident)*) => {$(
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn $name(self, other: Self) -> Self::Mask {
            self.compared(other, self.value.$name(other.value))
        }
    )*};
}

/// Functions with bounds of their slopes, and how far from the number these hold.
macro_rules! functions {
    ($($name:ident |$x:ident, $y:ident| $slope:expr, $reach:expr;)*) => {$(
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn $name(self) -> Self {
            let ($x, $y) = (self.value, self.value.$name());
            self.mapped($y, $slope, $reach)
        }
    )*};
}

impl<V: Lanes<Scalar = f64>> Arith for Bounded<V> {
    type Mask = Verdict<V::Mask>;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn constant(self, value: f64) -> Self {
        Self::exact(self.value.constant(f32::nearest(value)))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn abs(self) -> Self {
        Self { value: self.value.abs(), ..self }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn sqrt(self) -> Self {
        let value = self.value.sqrt();
        self.mapped(value, value.constant(1.0) / value, self.value * value.constant(0.5))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn copysign(self, sign: Self) -> Self {
        let known = sign.value.abs().gt(sign.error) | sign.error.eq(sign.error.constant(0.0));
        Self { value: self.value.copysign(sign.value), error: unless(known, self.error) }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn select(mask: Self::Mask, then: Self, otherwise: Self) -> Self {
        // Where it is open which is taken, the other isn't further away than it is.
        let apart = (then.value - otherwise.value).abs() + then.error.max(otherwise.error);
        let error = V::select(mask.holds, then.error, otherwise.error);
        Self {
            value: V::select(mask.holds, then.value, otherwise.value),
            error: V::select(mask.open, apart, error),
        }
    }
    /// As if `f` were exact: of its slope nothing is known.
    fn lane_by_lane(self, f: impl Fn(f64) -> f64) -> Self {
        Self::exact(self.value.lane_by_lane(f))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn max(self, other: Self) -> Self {
        self.chosen(other, self.value.max(other.value), self.value - other.value)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn min(self, other: Self) -> Self {
        self.chosen(other, self.value.min(other.value), other.value - self.value)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_nan(self) -> Self::Mask {
        let holds = self.value.is_nan();
        Verdict { holds, open: holds & !self.error.eq(self.error.constant(0.0)) }
    }

    steps! { floor ceil trunc round_ties_even round }
    comparisons! { lt le gt ge eq ne }
}

impl<V: Lanes<Scalar = f64>> Real for Bounded<V> {
    // x, y = f(x); a bound of the slope; how far from x it holds.
    functions! {
        exp |x, y| y + y, x.constant(0.5);
        exp2 |x, y| y + y, x.constant(0.5);
        exp_m1 |x, y| (y.abs() + x.constant(1.0)) * x.constant(2.0), x.constant(0.5);
        ln |x, y| x.constant(2.0) / x, x * x.constant(0.5);
        ln_1p |x, y| x.constant(2.0) / (x + x.constant(1.0)), (x + x.constant(1.0)) * x.constant(0.5);
        log2 |x, y| x.constant(3.0) / x, x * x.constant(0.5);
        log10 |x, y| x.constant(1.0) / x, x * x.constant(0.5);
        cbrt |x, y| (y / x).abs(), x.abs() * x.constant(0.5);
        sin |x, y| x.constant(1.0), x.constant(f64::INFINITY);
        cos |x, y| x.constant(1.0), x.constant(f64::INFINITY);
        tan |x, y| y.mul_add(y, x.constant(1.0)) * x.constant(2.0), x.constant(0.25) / (y.abs() + x.constant(1.0));
        asin |x, y| x.constant(2.0) / ((x.constant(1.0) - x) * (x.constant(1.0) + x)).sqrt(), (x.constant(1.0) - x.abs()) * x.constant(0.5);
        acos |x, y| x.constant(2.0) / ((x.constant(1.0) - x) * (x.constant(1.0) + x)).sqrt(), (x.constant(1.0) - x.abs()) * x.constant(0.5);
        atan |x, y| x.constant(1.0), x.constant(f64::INFINITY);
        sinh |x, y| (y.abs() + x.constant(1.0)) * x.constant(2.0), x.constant(0.5);
        cosh |x, y| y + y, x.constant(0.5);
        tanh |x, y| x.constant(1.0), x.constant(f64::INFINITY);
        asinh |x, y| x.constant(2.0) / x.abs().at_least(1.0), x.abs().at_least(1.0) * x.constant(0.5);
        acosh |x, y| x.constant(2.0) / ((x - x.constant(1.0)) * (x + x.constant(1.0))).sqrt(), (x - x.constant(1.0)) * x.constant(0.5);
        atanh |x, y| x.constant(2.0) / ((x.constant(1.0) - x) * (x.constant(1.0) + x)), (x.constant(1.0) - x.abs()) * x.constant(0.5);
        sigmoid |x, y| y + y, x.constant(0.5);
        softplus |x, y| y.at_most(0.5) + y.at_most(0.5), x.constant(0.5);
        erf |x, y| x.constant(1.2), x.constant(f64::INFINITY);
        erfc |x, y| (x.abs() + x.constant(1.0)) * y * x.constant(4.0), x.constant(1.0 / 128.0);
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn powi(self, n: i32) -> Self {
        let mut power = self.constant(1.0);
        let (mut square, mut left) = (self, n.unsigned_abs());
        while left > 0 {
            if left & 1 == 1 {
                power = power * square;
            }
            left >>= 1;
            if left > 0 {
                square = square * square;
            }
        }
        if n < 0 { power.recip() } else { power }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn powf(self, exponent: Self) -> Self {
        let (x, y) = (self.value, exponent.value);
        let value = x.powf(y);
        // The relative error is the error of y·ln x, and no logarithm of a float is larger than 750.
        let of_x = (y / x).abs() * self.error;
        let relative = (of_x + of_x) + exponent.error * x.constant(750.0);
        let half = x.constant(0.5);
        let known = self.error.le(x.abs() * half)
            & relative.le(half)
            & (x.gt(x.constant(0.0)) | exponent.error.eq(x.constant(0.0)));
        Self::ranged(value, unless(known, value.abs() * (relative + relative)))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn hypot(self, other: Self) -> Self {
        Self::ranged(self.value.hypot(other.value), self.error + other.error)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn atan2(self, x: Self) -> Self {
        let (b, a) = (self.value, x.value);
        // The angle moves by what moves across the radius; at the left, +π and −π are neighbours.
        let radius = a.hypot(b);
        let across = ((b / radius).abs() * x.error + (a / radius).abs() * self.error) / radius;
        let error = self.error + x.error;
        let is_cut = a.lt(x.error) & b.abs().le(self.error) & !self.error.eq(error.constant(0.0));
        let known = error.le(radius * error.constant(1.0 / 16.0)) & !is_cut;
        Self::ranged(b.atan2(a), unless(known, across + across))
    }
}

#[cfg(test)]
mod tests;
