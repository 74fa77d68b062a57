//! f32 and f64, as what slices hold and what registers are made of.

use crate::extended::{self, Extended};
#[cfg(feature = "simd")]
use crate::lane::SimdScalar as Dispatchable;
use crate::math::Elementary;
use crate::vector::Widen;

/// f32 and f64: a vector of one, and what vectors are made of.
pub trait Float:
    Widen<Scalar = Self, Token = ()>
    + Elementary
    + Dispatchable
    + extended::Element
    + Into<Extended<Self>>
    + Default
{
    /// The largest number.
    const MAX: Self;
    /// The smallest positive number that isn't subnormal.
    const MIN_POSITIVE: Self;
    /// What the next number after 1 is larger by.
    const EPSILON: Self;

    /// The nearest number to `value`.
    fn from_f64(value: f64) -> Self;
    /// The same number in f64.
    fn to_f64(self) -> f64;
}

/// What a [`Float`] is beside a vector of one: nothing, as the feature `simd` is off.
#[cfg(not(feature = "simd"))]
pub trait Dispatchable {}

#[cfg(not(feature = "simd"))]
impl<T> Dispatchable for T {}

macro_rules! float {
    ($($float:ident),*) => {$(
        impl Float for $float {
            const MAX: Self = Self::MAX;
            const MIN_POSITIVE: Self = Self::MIN_POSITIVE;
            const EPSILON: Self = Self::EPSILON;

            #[cfg_attr(not(debug_assertions), inline(always))]
            fn from_f64(value: f64) -> Self {
                value as $float
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn to_f64(self) -> f64 {
                self.into()
            }
        }
    )*};
}

float!(f32, f64);
