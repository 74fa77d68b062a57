//! Lanes in memory: what a sweep reads from a slice and writes to one.

use crate::arith::Lanes;
use crate::math::Elementary;
use crate::pair::Pair;

/// [`Lanes`] that can be read from and written to memory.
pub trait Vector: Lanes<Scalar: Elementary> {
    /// The proof that the machine has the instructions; `()` where every machine has.
    type Token: Copy;
    /// How many numbers it holds; at most 64.
    const LANES: usize;

    /// The numbers in `from`, which holds [`LANES`](Self::LANES) of them.
    fn load(token: Self::Token, from: &[Self::Scalar]) -> Self;
    /// Writes the numbers to `to`, which has room for [`LANES`](Self::LANES) of them.
    fn store(self, to: &mut [Self::Scalar]);
    /// `value` in every lane.
    fn splat(token: Self::Token, value: Self::Scalar) -> Self;
    /// Bit i is set where lane i of the mask is.
    fn bitmask(mask: Self::Mask) -> u64;
    /// The larger operand; `other` where `self` is NaN.
    #[inline(always)]
    fn max_number(self, other: Self) -> Self {
        Self::select(self.gt(other), self, other)
    }
    /// The sum of all lanes, halves upon halves.
    fn sum_of_lanes(self) -> Self::Scalar;
    /// The product of all lanes, halves upon halves.
    fn product_of_lanes(self) -> Self::Scalar;
    /// The largest of all lanes; NaN if any is NaN.
    fn max_of_lanes(self) -> Self::Scalar;
    /// The smallest of all lanes; NaN if any is NaN.
    fn min_of_lanes(self) -> Self::Scalar;
}

/// Vectors whose numbers can go on in f64.
pub trait Widen: Vector {
    /// As many numbers in f64.
    type Double: Widen<Scalar = f64, Token = Self::Token>;

    /// The same numbers.
    fn widen(self) -> Self::Double;
}

macro_rules! scalar {
    ($($float:ident),*) => {$(
        impl Vector for $float {
            type Token = ();
            const LANES: usize = 1;

            #[cfg_attr(not(debug_assertions), inline(always))]
            fn load((): (), from: &[Self]) -> Self {
                from[0]
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn store(self, to: &mut [Self]) {
                to[0] = self;
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn splat((): (), value: Self) -> Self {
                value
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn bitmask(mask: bool) -> u64 {
                mask.into()
            }
            #[inline(always)]
            fn sum_of_lanes(self) -> Self {
                self
            }
            #[inline(always)]
            fn product_of_lanes(self) -> Self {
                self
            }
            #[inline(always)]
            fn max_of_lanes(self) -> Self {
                self
            }
            #[inline(always)]
            fn min_of_lanes(self) -> Self {
                self
            }
        }

        impl Widen for $float {
            type Double = f64;

            #[inline(always)]
            fn widen(self) -> f64 {
                self.into()
            }
        }
    )*};
}

scalar!(f32, f64);

impl<V: Vector<Scalar = f64>> Widen for Pair<V> {
    type Double = Self;

    #[inline(always)]
    fn widen(self) -> Self {
        self
    }
}

impl<V: Vector> Vector for Pair<V> {
    type Token = V::Token;
    const LANES: usize = 2 * V::LANES;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(token: V::Token, from: &[V::Scalar]) -> Self {
        let (first, second) = from.split_at(V::LANES);
        Self(V::load(token, first), V::load(token, second))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store(self, to: &mut [V::Scalar]) {
        let (first, second) = to.split_at_mut(V::LANES);
        self.0.store(first);
        self.1.store(second);
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(token: V::Token, value: V::Scalar) -> Self {
        let half = V::splat(token, value);
        Self(half, half)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn bitmask(mask: Self::Mask) -> u64 {
        V::bitmask(mask.0) | V::bitmask(mask.1) << V::LANES
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn max_number(self, other: Self) -> Self {
        Self(self.0.max_number(other.0), self.1.max_number(other.1))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn sum_of_lanes(self) -> V::Scalar {
        (self.0 + self.1).sum_of_lanes()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn product_of_lanes(self) -> V::Scalar {
        (self.0 * self.1).product_of_lanes()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn max_of_lanes(self) -> V::Scalar {
        self.0.max(self.1).max_of_lanes()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn min_of_lanes(self) -> V::Scalar {
        self.0.min(self.1).min_of_lanes()
    }
}
