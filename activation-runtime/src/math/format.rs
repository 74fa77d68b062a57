//! Exponents and significands of machine floats.

use crate::arith::{Format, Lanes};

/// The smallest positive normal number of the scalar type.
#[inline(always)]
pub(super) fn least_normal<V: Lanes>() -> f64 {
    f64::from_bits((f64::BIAS + 1 - V::Scalar::BIAS) << f64::SIGNIFICAND_BITS)
}

/// x = 2ᵏ·m with 3/4 ≤ m < 3/2, for normal positive x.
#[derive(Clone, Copy)]
pub(super) struct Split<V: Lanes> {
    x: V,
    /// The bits of x, moved up so far that the exponent of 3/4·2ᵏ is that of 2ᵏ.
    moved: V::Bits,
}

impl<V: Lanes> Split<V> {
    #[inline(always)]
    pub(super) fn new(x: V) -> Self {
        Self { x, moved: x.to_bits() + x.bits(1 << (V::Scalar::SIGNIFICAND_BITS - 1)) }
    }

    /// The biased exponent, as an integer.
    #[inline(always)]
    fn biased(&self) -> V::Bits {
        self.moved >> V::Scalar::SIGNIFICAND_BITS
    }

    /// k. The integer is put in the low bits of a number whose last place is worth 1.
    #[inline(always)]
    pub(super) fn exponent(&self) -> V {
        let significand_bits = V::Scalar::SIGNIFICAND_BITS;
        let unit = (V::Scalar::BIAS + u64::from(significand_bits)) << significand_bits;
        let offset = (1u64 << significand_bits) + V::Scalar::BIAS;
        self.x.from_bits(self.biased() | self.x.bits(unit)) - self.x.constant(offset as f64)
    }

    /// m.
    #[inline(always)]
    pub(super) fn significand(&self) -> V {
        let mask = (1u64 << V::Scalar::SIGNIFICAND_BITS) - 1;
        let three_quarters = (2 * V::Scalar::BIAS - 1) << (V::Scalar::SIGNIFICAND_BITS - 1);
        self.x.from_bits((self.moved & self.x.bits(mask)) + self.x.bits(three_quarters))
    }

    /// 2⁻ᵏ, for k below the largest exponent.
    #[inline(always)]
    pub(super) fn inverse_power(&self) -> V {
        let bits = (self.x.bits(2 * V::Scalar::BIAS) - self.biased()) << V::Scalar::SIGNIFICAND_BITS;
        self.x.from_bits(bits)
    }
}

/// 2ⁿ⁺ᵇ for an integral n, where n + b is the exponent of a normal number: added to a number whose last place is
/// worth 1, the biased exponent stands in the low bits.
#[inline(always)]
pub(super) fn power_of_two<V: Lanes>(n: V, b: i32) -> V {
    let unit = (1u64 << V::Scalar::SIGNIFICAND_BITS) as f64 * 1.5;
    let biased = n + n.constant(unit + V::Scalar::BIAS as f64 + f64::from(b));
    n.from_bits(biased.to_bits() << V::Scalar::SIGNIFICAND_BITS)
}
