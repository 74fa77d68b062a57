//! f32 and f64 as carriers: one lane, the mask a `bool`. Single calls run on it, and it is what every vector
//! level is compared with, bit for bit.

use core::ops::{Add, BitAnd, BitOr, BitXor, Not, Shl, Shr, Sub};

use crate::arith::{Arith, Lanes};

/// The bits of a scalar: an unsigned integer whose sums wrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word<U>(pub U);

macro_rules! operators {
    ($word:ty: $($trait:ident :: $method:ident ($other:ty) = $e:expr;)*) => {
        $(impl $trait<$other> for Word<$word> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: $other) -> Self {
                let apply: fn($word, $other) -> Self = $e;
                apply(self.0, other)
            }
        })*
    };
}

macro_rules! word {
    ($($word:ty),*) => {$(
        operators! { $word:
            Add::add(Self) = |a, b| Word(a.wrapping_add(b.0));
            Sub::sub(Self) = |a, b| Word(a.wrapping_sub(b.0));
            BitAnd::bitand(Self) = |a, b| Word(a & b.0);
            BitOr::bitor(Self) = |a, b| Word(a | b.0);
            BitXor::bitxor(Self) = |a, b| Word(a ^ b.0);
            Shl::shl(u32) = |a, n| Word(a << n);
            Shr::shr(u32) = |a, n| Word(a >> n);
        }
        impl Not for Word<$word> {
            type Output = Self;
            #[inline(always)]
            fn not(self) -> Self {
                Word(!self.0)
            }
        }
    )*};
}

word!(u32, u64);

macro_rules! scalar {
    ($float:ident, $word:ty, $scale:path) => {
        impl Arith for $float {
            type Mask = bool;

            #[inline(always)]
            fn constant(self, value: f64) -> Self {
                value as $float
            }
            scalar! { $float: abs sqrt floor ceil trunc round_ties_even round }
            #[inline(always)]
            fn copysign(self, sign: Self) -> Self {
                $float::copysign(self, sign)
            }
            fn lane_by_lane(self, f: impl Fn(f64) -> f64) -> Self {
                f(self.into()) as $float
            }
            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                $float::mul_add(self, a, b)
            }
            #[inline(always)]
            fn lt(self, other: Self) -> bool {
                self < other
            }
            #[inline(always)]
            fn le(self, other: Self) -> bool {
                self <= other
            }
            #[inline(always)]
            fn gt(self, other: Self) -> bool {
                self > other
            }
            #[inline(always)]
            fn ge(self, other: Self) -> bool {
                self >= other
            }
            #[inline(always)]
            fn eq(self, other: Self) -> bool {
                self == other
            }
            #[inline(always)]
            fn ne(self, other: Self) -> bool {
                self != other
            }
            #[inline(always)]
            fn select(mask: bool, then: Self, otherwise: Self) -> Self {
                if mask { then } else { otherwise }
            }
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                if self > other || self.is_nan() { self } else { other }
            }
            #[inline(always)]
            fn min(self, other: Self) -> Self {
                if self < other || self.is_nan() { self } else { other }
            }
        }

        impl Lanes for $float {
            type Scalar = Self;
            type Bits = Word<$word>;
            type Wide = f64;

            #[inline(always)]
            fn to_bits(self) -> Self::Bits {
                Word($float::to_bits(self))
            }
            #[inline(always)]
            fn from_bits(self, bits: Self::Bits) -> Self {
                $float::from_bits(bits.0)
            }
            #[inline(always)]
            fn bits(self, bits: u64) -> Self::Bits {
                Word(bits as $word)
            }
            #[inline(always)]
            fn fused(self) -> bool {
                true
            }
            #[inline(always)]
            fn any(mask: bool) -> bool {
                mask
            }
            #[inline(always)]
            fn scale_by_power_of_two(self, n: Self) -> Self {
                $scale(self, n)
            }
            #[inline(always)]
            fn lookup<const N: usize>(self, index: Self::Bits, table: &[Self; N]) -> Self {
                const { assert!(N.is_power_of_two()) };
                table[index.0 as usize & (N - 1)]
            }
            #[inline(always)]
            fn in_f64<const N: usize, const M: usize>(
                inputs: [Self; N],
                f: impl Fn([f64; N]) -> [f64; M],
            ) -> [Self; M] {
                f(inputs.map(f64::from)).map(|wide| wide as $float)
            }
        }
    };
    ($float:ident: $($method:ident)*) => {
        $(#[inline(always)]
        fn $method(self) -> Self {
            $float::$method(self)
        })*
    };
}

scalar!(f32, u32, scale_f32);
scalar!(f64, u64, scale_f64);

/// 2^n for −1022 ≤ n ≤ 1023.
#[inline(always)]
fn power_of_two(n: i32) -> f64 {
    f64::from_bits(((n + 1023) as u64) << 52)
}

/// The product is exact in f64, whatever the f32; only the way back rounds.
#[inline(always)]
fn scale_f32(x: f32, n: f32) -> f32 {
    (f64::from(x) * power_of_two(n.clamp(-300.0, 300.0) as i32)) as f32
}

/// Large scales go in steps, all but the last of them exact: the steps down stop 53 bits above the subnormals.
#[inline(always)]
fn scale_f64(mut x: f64, n: f64) -> f64 {
    const DOWN: i32 = 1022 - 53;
    let mut n = n.clamp(-2200.0, 2200.0) as i32;
    while n > 1023 {
        x *= power_of_two(1023);
        n -= 1023;
    }
    while n < -1022 {
        x *= power_of_two(-DOWN);
        n += DOWN;
    }
    x * power_of_two(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_rounds_once_at_any_exponent() {
        assert_eq!(1.5f32.scale_by_power_of_two(-149.0), f32::from_bits(2));
        assert_eq!(0.5f32.scale_by_power_of_two(-149.0), 0.0);
        assert_eq!(f32::from_bits(1).scale_by_power_of_two(276.0), 2f32.powi(127));
        assert_eq!((-1f32).scale_by_power_of_two(1e9), f32::NEG_INFINITY);
        assert_eq!(1.5f64.scale_by_power_of_two(-1074.0), f64::from_bits(2));
        assert_eq!(0.5f64.scale_by_power_of_two(-1074.0), 0.0);
        assert_eq!((1.0 + f64::EPSILON).scale_by_power_of_two(-1075.0), f64::from_bits(1));
        assert_eq!(f64::from_bits(1).scale_by_power_of_two(2097.0), 2f64.powi(1023));
        assert_eq!(f64::MAX.scale_by_power_of_two(-1e9), 0.0);
    }

    #[test]
    fn larger_and_smaller_take_the_second_on_a_tie_and_nan_of_either() {
        assert!(Arith::max(0.0f32, -0.0).is_sign_negative() && Arith::max(-0.0f32, 0.0).is_sign_positive());
        assert!(Arith::min(0.0f64, -0.0).is_sign_negative() && Arith::min(-0.0f64, 0.0).is_sign_positive());
        assert!(Arith::max(f32::NAN, 1.0).is_nan() && Arith::max(1.0, f32::NAN).is_nan());
        assert!(Arith::min(f64::NAN, 1.0).is_nan() && Arith::min(1.0, f64::NAN).is_nan());
    }
}
