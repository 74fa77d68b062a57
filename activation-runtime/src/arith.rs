//! What can be computed without knowing a single transcendental function.
//!
//! Two floors. [`Arith`] is what *every* carrier of numbers can do, a tracer that only writes a graph down
//! included: arithmetic, comparisons that give a mask, a select. [`Lanes`] adds what only machine floats can do
//! (look at their bits, scale by a power of two, continue in f64): [`crate::math`] is written in it.

use core::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Shl, Shr, Sub};

/// Numbers with arithmetic, comparisons and selection; one number or a vector of them.
///
/// Every operation is IEEE's in round-to-nearest, lane by lane. A constant takes its shape (and, for a SIMD
/// register, the proof that the instruction set is there) from a number at hand: `x.constant(0.5)`.
pub trait Arith:
    Copy + Neg<Output = Self> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// One truth value for each lane.
    type Mask: Copy
        + BitAnd<Output = Self::Mask>
        + BitOr<Output = Self::Mask>
        + BitXor<Output = Self::Mask>
        + Not<Output = Self::Mask>;

    /// `value`, rounded to the element type, in every lane.
    fn constant(self, value: f64) -> Self;
    /// |x|: clears the sign, of NaN too.
    fn abs(self) -> Self;
    /// √x, correctly rounded.
    fn sqrt(self) -> Self;
    /// The magnitude of `self` with the sign of `sign`.
    fn copysign(self, sign: Self) -> Self;
    /// `self · a + b`, rounded once where the instruction set has FMA, else twice: never rely on the single
    /// rounding for more than accuracy.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// Largest integer ≤ x.
    fn floor(self) -> Self;
    /// Smallest integer ≥ x.
    fn ceil(self) -> Self;
    /// Integer part of x, towards zero.
    fn trunc(self) -> Self;
    /// Nearest integer, ties to even.
    fn round_ties_even(self) -> Self;
    /// Nearest integer, ties away from zero (`f32::round`).
    fn round(self) -> Self;

    /// `self < other`; false where either is NaN.
    fn lt(self, other: Self) -> Self::Mask;
    /// `self <= other`; false where either is NaN.
    fn le(self, other: Self) -> Self::Mask;
    /// `self > other`; false where either is NaN.
    fn gt(self, other: Self) -> Self::Mask;
    /// `self >= other`; false where either is NaN.
    fn ge(self, other: Self) -> Self::Mask;
    /// `self == other`; false where either is NaN.
    fn eq(self, other: Self) -> Self::Mask;
    /// `self != other`; true where either is NaN.
    fn ne(self, other: Self) -> Self::Mask;
    /// `then` where the mask is set, `otherwise` elsewhere; nothing leaks from the side not taken.
    fn select(mask: Self::Mask, then: Self, otherwise: Self) -> Self;

    /// The larger operand; the second on a tie (its derivative is taken there too); NaN if either is NaN.
    fn max(self, other: Self) -> Self;
    /// The smaller operand; the second on a tie (its derivative is taken there too); NaN if either is NaN.
    fn min(self, other: Self) -> Self;

    /// The mask that is set where `self` is NaN.
    #[inline(always)]
    fn is_nan(self) -> Self::Mask {
        self.ne(self)
    }
    /// `f` of the number in each lane, for what is known to do with one number only; NaN from what isn't made of machine
    /// floats, such as a graph.
    fn lane_by_lane(self, f: impl Fn(f64) -> f64) -> Self {
        let _ = f;
        self.constant(f64::NAN)
    }
}

/// Unsigned integers as wide as the float whose bits they hold; arithmetic wraps.
pub trait Bits:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
{
}

impl<B> Bits for B where
    B: Copy
        + Add<Output = Self>
        + Sub<Output = Self>
        + BitAnd<Output = Self>
        + BitOr<Output = Self>
        + BitXor<Output = Self>
        + Not<Output = Self>
        + Shl<u32, Output = Self>
        + Shr<u32, Output = Self>
{
}

/// The layout of a binary float: sign, exponent, significand.
pub trait Format: Copy + PartialEq + PartialOrd + core::fmt::Debug + Send + Sync + 'static {
    /// Bits of the significand, without the hidden one.
    const SIGNIFICAND_BITS: u32;
    /// What is added to the exponent before it is stored.
    const BIAS: u64;
}

impl Format for f32 {
    const SIGNIFICAND_BITS: u32 = 23;
    const BIAS: u64 = 127;
}

impl Format for f64 {
    const SIGNIFICAND_BITS: u32 = 52;
    const BIAS: u64 = 1023;
}

/// Machine floats, one or a register full of them, whose bits can be read.
pub trait Lanes: Arith {
    /// The float in each lane: f32 or f64. It chooses the polynomials.
    type Scalar: Format;
    /// The bits of the lanes.
    type Bits: Bits;
    /// The same numbers carried in f64 (half as many to a register, so two of these hold them); `Self` for f64.
    type Wide: Lanes<Scalar = f64>;

    /// The bits of each lane.
    fn to_bits(self) -> Self::Bits;
    /// The floats that have these bits.
    #[expect(
        clippy::wrong_self_convention,
        reason = "a register's proof of its instruction set comes from `self`"
    )]
    fn from_bits(self, bits: Self::Bits) -> Self;
    /// `bits` in every lane (its low 32 bits for f32).
    fn bits(self, bits: u64) -> Self::Bits;
    /// The larger of `self` and a bound; NaN stays.
    #[inline(always)]
    fn at_least(self, bound: f64) -> Self {
        let bound = self.constant(bound);
        Self::select(self.lt(bound), bound, self)
    }
    /// The smaller of `self` and a bound; NaN stays.
    #[inline(always)]
    fn at_most(self, bound: f64) -> Self {
        let bound = self.constant(bound);
        Self::select(self.gt(bound), bound, self)
    }
    /// Whether [`mul_add`](Arith::mul_add) rounds once; a constant in compiled code.
    fn fused(self) -> bool;
    /// True if any lane of the mask is set: the way out of a rare path that costs nothing when it isn't taken.
    fn any(mask: Self::Mask) -> bool;
    /// `self · 2^n` for an integral `n` of any size, rounded once (results in the subnormal range included).
    fn scale_by_power_of_two(self, n: Self) -> Self;
    /// `table[i]` in each lane, where i is the low `log2(N)` bits of the lane's index bits. `N` is a power of two.
    fn lookup<const N: usize>(self, index: Self::Bits, table: &[Self::Scalar; N]) -> Self;
    /// Computes in f64: each number exactly widened, the results rounded once. The identity wrapping for f64.
    fn in_f64<const N: usize, const M: usize>(
        inputs: [Self; N],
        f: impl Fn([Self::Wide; N]) -> [Self::Wide; M],
    ) -> [Self; M];
}
