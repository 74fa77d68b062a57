//! Two of the same carrier side by side: the f64 halves of an f32 register, and two registers worked on at
//! once, which hides the latency of a polynomial's chain of additions.

use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Shl, Shr, Sub};

use crate::arith::{Arith, Lanes};
use crate::array::map;

/// The lanes of the first half, followed by the lanes of the second: numbers, bits or masks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<V>(pub V, pub V);

macro_rules! binary {
    ($($trait:ident :: $method:ident),*) => {$(
        impl<V: $trait<Output = V>> $trait for Pair<V> {
            type Output = Self;
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0), self.1.$method(other.1))
            }
        }
    )*};
}

binary! { Add::add, Sub::sub, Mul::mul, Div::div, BitAnd::bitand, BitOr::bitor, BitXor::bitxor }

macro_rules! unary {
    ($($trait:ident :: $method:ident),*) => {$(
        impl<V: $trait<Output = V>> $trait for Pair<V> {
            type Output = Self;
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn $method(self) -> Self {
                Self(self.0.$method(), self.1.$method())
            }
        }
    )*};
}

unary! { Neg::neg, Not::not }

macro_rules! shift {
    ($($trait:ident :: $method:ident),*) => {$(
        impl<V: $trait<u32, Output = V>> $trait<u32> for Pair<V> {
            type Output = Self;
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn $method(self, by: u32) -> Self {
                Self(self.0.$method(by), self.1.$method(by))
            }
        }
    )*};
}

shift! { Shl::shl, Shr::shr }

/// Declares methods that do to a pair what they do to each half.
macro_rules! halves {
    ($($method:ident($($other:ident: $type:ty),*) -> $out:ty;)*) => {$(
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn $method(self $(, $other: $type)*) -> $out {
            Pair(self.0.$method($($other.0),*), self.1.$method($($other.1),*))
        }
    )*};
}

impl<V: Arith> Arith for Pair<V> {
    type Mask = Pair<V::Mask>;

    halves! {
        abs() -> Self;
        sqrt() -> Self;
        copysign(sign: Self) -> Self;
        mul_add(a: Self, b: Self) -> Self;
        floor() -> Self;
        ceil() -> Self;
        trunc() -> Self;
        round_ties_even() -> Self;
        round() -> Self;
        lt(other: Self) -> Self::Mask;
        le(other: Self) -> Self::Mask;
        gt(other: Self) -> Self::Mask;
        ge(other: Self) -> Self::Mask;
        eq(other: Self) -> Self::Mask;
        ne(other: Self) -> Self::Mask;
        max(other: Self) -> Self;
        min(other: Self) -> Self;
        is_nan() -> Self::Mask;
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn constant(self, value: f64) -> Self {
        let half = self.0.constant(value);
        Self(half, half)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn select(mask: Self::Mask, then: Self, otherwise: Self) -> Self {
        Self(V::select(mask.0, then.0, otherwise.0), V::select(mask.1, then.1, otherwise.1))
    }
    fn lane_by_lane(self, f: impl Fn(f64) -> f64) -> Self {
        Self(self.0.lane_by_lane(&f), self.1.lane_by_lane(f))
    }
}

impl<V: Lanes> Lanes for Pair<V> {
    type Scalar = V::Scalar;
    type Bits = Pair<V::Bits>;
    /// Half by half: a pair of f32 registers is four f64 registers, never alive at once.
    type Wide = V::Wide;

    halves! {
        to_bits() -> Self::Bits;
        from_bits(bits: Self::Bits) -> Self;
        scale_by_power_of_two(n: Self) -> Self;
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn bits(self, bits: u64) -> Self::Bits {
        let half = self.0.bits(bits);
        Pair(half, half)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn fused(self) -> bool {
        self.0.fused()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn at_least(self, bound: f64) -> Self {
        Self(self.0.at_least(bound), self.1.at_least(bound))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn at_most(self, bound: f64) -> Self {
        Self(self.0.at_most(bound), self.1.at_most(bound))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn any(mask: Self::Mask) -> bool {
        V::any(mask.0 | mask.1)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn lookup<const N: usize>(self, index: Self::Bits, table: &[Self::Scalar; N]) -> Self {
        Self(self.0.lookup(index.0, table), self.1.lookup(index.1, table))
    }
    #[expect(clippy::redundant_closure, reason = "the standard library's call of `&f` isn't inlined")]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn in_f64<const N: usize, const M: usize>(
        inputs: [Self; N],
        f: impl Fn([Self::Wide; N]) -> [Self::Wide; M],
    ) -> [Self; M] {
        const { assert!(N > 0) };
        let first = V::in_f64(
            map(inputs, inputs[0].0, |x| x.0),
            #[inline(always)]
            |x| f(x),
        );
        let second = V::in_f64(
            map(inputs, inputs[0].1, |x| x.1),
            #[inline(always)]
            |x| f(x),
        );
        let mut both = [inputs[0]; M];
        for (i, both) in both.iter_mut().enumerate() {
            *both = Self(first[i], second[i]);
        }
        both
    }
}
