//! A SIMD register as [`Lanes`]: one wrapper over `fearless_simd`'s native vectors serves f32 and f64 on every
//! instruction set.

use core::ops::{Add, Div, Mul, Neg, Sub};

use fearless_simd::prelude::*;
use fearless_simd::{Select, SimdFloatElement};

use crate::arith::{Arith, Lanes};
use crate::array::map;
use crate::math::Elementary;
use crate::pair::Pair;
use crate::vector::{Vector, Widen};
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use crate::x86::{avx2, avx512};

/// The widest register of the instruction set `S`, full of numbers of type `T`.
#[derive(Debug, Clone, Copy)]
pub struct Lane<S: Simd, T: SimdScalar>(T::Native<S>);

/// The unsigned integers that hold the bits of a [`Lane`].
type Words<S, T> = <<T as SimdFloatElement>::Native<S> as SimdFloat<S>>::Bits;

/// f32 and f64, as far as registers of them differ.
pub trait SimdScalar: SimdFloatElement + Elementary + Into<f64> {
    /// The f64 registers that hold the numbers of one register.
    type Wide<S: Simd>: Widen<Scalar = f64, Token = S>;
    /// Not a number.
    const NAN: Self;
    /// Exponent of the smallest normal number.
    const MIN_EXPONENT: f64;
    /// Exponent of the largest number.
    const MAX_EXPONENT: f64;

    /// The same numbers in f64.
    fn widen<S: Simd>(x: Lane<S, Self>) -> Self::Wide<S>;
    /// The nearest number to `value`.
    fn round_from(value: f64) -> Self;
    /// The low bits.
    fn word(bits: u64) -> <Self as SimdFloatElement>::Bits;
    /// The number that a word is.
    fn index(word: <Self as SimdFloatElement>::Bits) -> usize;
    /// [`Lanes::in_f64`].
    fn in_f64<S: Simd, const N: usize, const M: usize>(
        inputs: [Lane<S, Self>; N],
        f: impl Fn([Self::Wide<S>; N]) -> [Self::Wide<S>; M],
    ) -> [Lane<S, Self>; M];
    /// x·2ⁿ by the one instruction that does it, where there is one.
    fn scale_by_instruction<S: Simd>(x: Self::Native<S>, n: Self::Native<S>) -> Option<Self::Native<S>>;
    /// `table[index]` by permuting a register or two, where the table fits.
    fn lookup_by_permutation<S: Simd, const N: usize>(
        index: Words<S, Self>,
        table: &[Self; N],
    ) -> Option<Self::Native<S>>;
}

macro_rules! operator {
    ($($trait:ident :: $method:ident),*) => {$(
        impl<S: Simd, T: SimdScalar> $trait for Lane<S, T> {
            type Output = Self;
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn $method(self, other: Self) -> Self {
                Self(self.0.$method(other.0))
            }
        }
    )*};
}

operator! { Add::add, Sub::sub, Mul::mul, Div::div }

impl<S: Simd, T: SimdScalar> Neg for Lane<S, T> {
    type Output = Self;
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

/// Declares methods that the native vector has under another name, or the same.
macro_rules! native {
    ($($method:ident($($other:ident),*) = $native:ident;)*) => {$(
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn $method(self $(, $other: Self)*) -> Self {
            Self(self.0.$native($($other.0),*))
        }
    )*};
    (mask: $($method:ident = $native:ident;)*) => {$(
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn $method(self, other: Self) -> Self::Mask {
            self.0.$native(other.0)
        }
    )*};
}

/// Whether the instructions for maximum and minimum give NaN where the second operand is NaN.
const NAN_IN_SECOND_STAYS: bool =
    cfg!(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64"));

impl<S: Simd, T: SimdScalar> Arith for Lane<S, T> {
    type Mask = <T::Native<S> as SimdBase<S>>::Mask;

    native! {
        abs() = abs;
        sqrt() = sqrt;
        copysign(sign) = copysign;
        mul_add(a, b) = mul_add;
        floor() = floor;
        ceil() = ceil;
        trunc() = trunc;
        round_ties_even() = round_ties_even;
        round() = round;
    }
    native! { mask:
        lt = simd_lt;
        le = simd_le;
        gt = simd_gt;
        ge = simd_ge;
        eq = simd_eq;
        ne = simd_ne;
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn constant(self, value: f64) -> Self {
        Self(T::Native::<S>::splat(self.0.token(), T::round_from(value)))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn select(mask: Self::Mask, then: Self, otherwise: Self) -> Self {
        Self(mask.select(then.0, otherwise.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn lane_by_lane(self, f: impl Fn(f64) -> f64) -> Self {
        Self(T::Native::<S>::from_fn(
            self.0.token(),
            #[inline(always)]
            |i| T::round_from(f(self.0[i].into())),
        ))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn max(self, other: Self) -> Self {
        if cfg!(any(target_arch = "x86", target_arch = "x86_64")) {
            // The instruction gives the second operand on a tie, and where either is NaN.
            Self::select(self.is_nan(), self, Self(self.0.max(other.0)))
        } else {
            Self::select(self.gt(other) | self.is_nan(), self, other)
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn min(self, other: Self) -> Self {
        if cfg!(any(target_arch = "x86", target_arch = "x86_64")) {
            Self::select(self.is_nan(), self, Self(self.0.min(other.0)))
        } else {
            Self::select(self.lt(other) | self.is_nan(), self, other)
        }
    }
}

impl<S: Simd, T: SimdScalar> Lanes for Lane<S, T> {
    type Scalar = T;
    type Bits = Words<S, T>;
    type Wide = T::Wide<S>;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn to_bits(self) -> Self::Bits {
        self.0.to_bits()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn from_bits(self, bits: Self::Bits) -> Self {
        Self(T::Native::<S>::from_bits(bits))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn bits(self, bits: u64) -> Self::Bits {
        Self::Bits::splat(self.0.token(), T::word(bits))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn fused(self) -> bool {
        let level = self.0.token().level();
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        return level.as_avx2().is_some();
        #[cfg(target_arch = "aarch64")]
        return level.as_neon().is_some();
        #[allow(unreachable_code, reason = "the other machines")]
        {
            let _ = level;
            false
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn at_least(self, bound: f64) -> Self {
        if NAN_IN_SECOND_STAYS {
            Self(self.constant(bound).0.max(self.0))
        } else {
            Self::select(self.lt(self.constant(bound)), self.constant(bound), self)
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn at_most(self, bound: f64) -> Self {
        if NAN_IN_SECOND_STAYS {
            Self(self.constant(bound).0.min(self.0))
        } else {
            Self::select(self.gt(self.constant(bound)), self.constant(bound), self)
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn any(mask: Self::Mask) -> bool {
        mask.any_true()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn scale_by_power_of_two(self, n: Self) -> Self {
        match T::scale_by_instruction::<S>(self.0, n.0) {
            Some(scaled) => Self(scaled),
            None => self.scale_in_steps(n),
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn lookup<const N: usize>(self, index: Self::Bits, table: &[T; N]) -> Self {
        const { assert!(N.is_power_of_two()) };
        match T::lookup_by_permutation::<S, N>(index, table) {
            Some(found) => Self(found),
            None => Self(T::Native::<S>::from_fn(
                self.0.token(),
                #[inline(always)]
                |i| table[T::index(index[i]) & (N - 1)],
            )),
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn in_f64<const N: usize, const M: usize>(
        inputs: [Self; N],
        f: impl Fn([Self::Wide; N]) -> [Self::Wide; M],
    ) -> [Self; M] {
        T::in_f64(inputs, f)
    }
}

impl<S: Simd, T: SimdScalar> Lane<S, T> {
    /// `self · 2ⁿ` as a product of powers of two that exist. Only the last factor can make a result subnormal
    /// that isn't zero anyway, so there is one rounding: where the exponent left over is negative, the last
    /// factor is the smallest, and a product that was subnormal before it vanishes.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn scale_in_steps(self, n: Self) -> Self {
        let last = n.clamp_exponent();
        let mut rest = n - last;
        let mut x = self;
        // Only for subnormals scaled far up, and for results that overflow or vanish.
        if Self::any(rest.abs().gt(n.constant(T::MAX_EXPONENT - 1.0))) {
            let step = rest.clamp_exponent();
            x = x * step.power_of_two();
            rest = (rest - step).clamp_exponent();
        }
        x * rest.power_of_two() * last.power_of_two()
    }

    /// The nearest n for which 2ⁿ is a normal number.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn clamp_exponent(self) -> Self {
        let (low, high) = (T::round_from(T::MIN_EXPONENT), T::round_from(T::MAX_EXPONENT));
        Self(self.0.max(low).min(high))
    }

    /// 2ⁿ for an integer n from `MIN_EXPONENT` to `MAX_EXPONENT`: added to a number whose last bit is worth 1,
    /// the biased exponent stands in the low bits, from where it is moved to its place.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn power_of_two(self) -> Self {
        let unit_in_last_place = 1.5 * (1u64 << T::SIGNIFICAND_BITS) as f64;
        let biased = self + self.constant(unit_in_last_place + T::MAX_EXPONENT);
        self.from_bits(biased.to_bits() << T::SIGNIFICAND_BITS)
    }
}

impl<S: Simd, T: SimdScalar> Vector for Lane<S, T> {
    type Token = S;
    const LANES: usize = T::Native::<S>::LEN;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(simd: S, from: &[T]) -> Self {
        Self(T::Native::<S>::from_slice(simd, from))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store(self, to: &mut [T]) {
        self.0.store_slice(to);
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(simd: S, value: T) -> Self {
        Self(T::Native::<S>::splat(simd, value))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn bitmask(mask: Self::Mask) -> u64 {
        mask.to_bitmask()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn max_number(self, other: Self) -> Self {
        if cfg!(any(target_arch = "x86", target_arch = "x86_64")) {
            Self(self.0.max(other.0))
        } else {
            Self::select(self.gt(other), self, other)
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn sum_of_lanes(self) -> T {
        self.0.reduce_sum()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn product_of_lanes(self) -> T {
        self.0.reduce_product()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn max_of_lanes(self) -> T {
        if Self::any(self.is_nan()) { T::NAN } else { self.0.reduce_max() }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn min_of_lanes(self) -> T {
        if Self::any(self.is_nan()) { T::NAN } else { self.0.reduce_min() }
    }
}

impl<S: Simd, T: SimdScalar> Widen for Lane<S, T> {
    type Double = T::Wide<S>;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn widen(self) -> T::Wide<S> {
        T::widen(self)
    }
}

macro_rules! simd_scalar {
    ($float:ident, $word:ident, $native:ident, $register:ident) => {
        const NAN: Self = $float::NAN;
        const MIN_EXPONENT: f64 = ($float::MIN_EXP - 1) as f64;
        const MAX_EXPONENT: f64 = ($float::MAX_EXP - 1) as f64;

        #[cfg_attr(not(debug_assertions), inline(always))]
        fn round_from(value: f64) -> Self {
            value as $float
        }
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn word(bits: u64) -> $word {
            bits as $word
        }
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn index(word: $word) -> usize {
            word as usize
        }

        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn scale_by_instruction<S: Simd>(x: S::$native, n: S::$native) -> Option<S::$native> {
            let avx512 = x.token().level().as_avx512()?;
            let scaled = avx512::$float::scale(
                avx512,
                avx512::$float::Register::from_slice(avx512, x.as_slice()),
                avx512::$float::Register::from_slice(avx512, n.as_slice()),
            );
            Some(S::$native::from_slice(x.token(), scaled.as_slice()))
        }
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn lookup_by_permutation<S: Simd, const N: usize>(
            index: Words<S, Self>,
            table: &[Self; N],
        ) -> Option<S::$native> {
            const LEN: usize = avx512::$float::LEN;
            let Some(avx512) = index.token().level().as_avx512() else {
                let found = avx2::$float::lookup(index.token().level(), index.as_slice(), table)?;
                return Some(S::$native::from_slice(index.token(), found.as_slice()));
            };
            let words = avx512::$float::Words::from_slice(avx512, index.as_slice());
            let found = if N <= LEN {
                avx512::$float::permute(avx512, words, avx512::$float::part(avx512, table, 0))
            } else if N == 2 * LEN {
                avx512::$float::permute_two(
                    avx512,
                    words,
                    avx512::$float::part(avx512, table, 0),
                    avx512::$float::part(avx512, table, LEN),
                )
            } else {
                return None;
            };
            Some(S::$native::from_slice(index.token(), found.as_slice()))
        }

        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn scale_by_instruction<S: Simd>(_: S::$native, _: S::$native) -> Option<S::$native> {
            None
        }
        #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
        #[cfg_attr(not(debug_assertions), inline(always))]
        fn lookup_by_permutation<S: Simd, const N: usize>(
            _: Words<S, Self>,
            _: &[Self; N],
        ) -> Option<S::$native> {
            None
        }
    };
}

impl SimdScalar for f32 {
    type Wide<S: Simd> = Pair<Lane<S, f64>>;

    simd_scalar!(f32, u32, f32s, f32x16);

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn widen<S: Simd>(x: Lane<S, f32>) -> Self::Wide<S> {
        widen(x)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn in_f64<S: Simd, const N: usize, const M: usize>(
        inputs: [Lane<S, f32>; N],
        f: impl Fn([Self::Wide<S>; N]) -> [Self::Wide<S>; M],
    ) -> [Lane<S, f32>; M] {
        const { assert!(N > 0) };
        map(f(map(inputs, widen(inputs[0]), widen)), inputs[0], narrow)
    }
}

/// The two f64 registers that hold the numbers of an f32 register.
#[cfg_attr(not(debug_assertions), inline(always))]
fn widen<S: Simd>(x: Lane<S, f32>) -> Pair<Lane<S, f64>> {
    let (first, second) = x.0.widen();
    Pair(Lane(first), Lane(second))
}

/// The nearest f32 to each number of two f64 registers.
#[cfg_attr(not(debug_assertions), inline(always))]
fn narrow<S: Simd>(y: Pair<Lane<S, f64>>) -> Lane<S, f32> {
    Lane(y.0.0.narrow(y.1.0))
}

impl SimdScalar for f64 {
    type Wide<S: Simd> = Lane<S, f64>;

    simd_scalar!(f64, u64, f64s, f64x8);

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn widen<S: Simd>(x: Lane<S, f64>) -> Lane<S, f64> {
        x
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn in_f64<S: Simd, const N: usize, const M: usize>(
        inputs: [Lane<S, f64>; N],
        f: impl Fn([Lane<S, f64>; N]) -> [Lane<S, f64>; M],
    ) -> [Lane<S, f64>; M] {
        f(inputs)
    }
}
