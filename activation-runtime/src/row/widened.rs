//! f64 numbers that stand in for f32: the carrier of the scalars of an f32 row, and of whole rows that need more
//! than f32.

use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::arith::Arith;
use crate::real::Real;

/// Numbers in f64 whose constants are rounded to f32, as the literals of an f32 function are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Widened<V>(pub V);

macro_rules! operator {
    ($($trait:ident :: $method:ident),*) => {$(
        impl<V: Arith> $trait for Widened<V> {
            type Output = Self;
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        }
    )*};
}

operator! { Add::add, Sub::sub, Mul::mul, Div::div }

impl<V: Arith> Neg for Widened<V> {
    type Output = Self;
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// Declares methods that do what those of the number inside do.
macro_rules! inside {
    ($($method:ident($($other:ident),*));* $(;)?) => {$(
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn $method(self $(, $other: Self)*) -> Self {
            Self(self.0.$method($($other.0),*))
        }
    )*};
    (mask: $($method:ident),*) => {$(
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn $method(self, other: Self) -> V::Mask {
            self.0.$method(other.0)
        }
    )*};
}

impl<V: Arith> Arith for Widened<V> {
    type Mask = V::Mask;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn constant(self, value: f64) -> Self {
        Self(self.0.constant(f64::from(value as f32)))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn select(mask: V::Mask, then: Self, otherwise: Self) -> Self {
        Self(V::select(mask, then.0, otherwise.0))
    }
    fn lane_by_lane(self, f: impl Fn(f64) -> f64) -> Self {
        Self(self.0.lane_by_lane(f))
    }
    inside! {
        abs();
        sqrt();
        copysign(sign);
        mul_add(a, b);
        floor();
        ceil();
        trunc();
        round_ties_even();
        round();
        max(other);
        min(other);
    }
    inside! { mask: lt, le, gt, ge, eq, ne }
}

impl<V: Real> Real for Widened<V> {
    crate::carrier::elementary!(inside);

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn powi(self, n: i32) -> Self {
        Self(self.0.powi(n))
    }
}
