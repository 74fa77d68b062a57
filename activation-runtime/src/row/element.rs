//! What rows hold: f32 and f64 as they are, f16 and bf16 as f32 while they are computed.

use super::cell::RowFloat;
use crate::element::Element;

/// A number that rows hold.
pub trait RowElement: Element<Float: RowFloat> {
    /// The numbers as they are computed, where that is what they are.
    #[doc(hidden)]
    fn as_floats(row: &[Self]) -> Option<&[Self::Float]>;
    /// The numbers as they are computed, where that is what they are.
    #[doc(hidden)]
    fn as_floats_mut(row: &mut [Self]) -> Option<&mut [Self::Float]>;
    /// Converts to what is computed in, exactly; the slices are equally long.
    #[doc(hidden)]
    fn widen_row(from: &[Self], to: &mut [Self::Float]);
    /// Converts to the nearest elements; the slices are equally long.
    #[doc(hidden)]
    fn narrow_row(from: &[Self::Float], to: &mut [Self]);
}

macro_rules! float {
    ($($float:ident),*) => {$(
        impl RowElement for $float {
            fn as_floats(row: &[Self]) -> Option<&[Self]> {
                Some(row)
            }
            fn as_floats_mut(row: &mut [Self]) -> Option<&mut [Self]> {
                Some(row)
            }
            fn widen_row(from: &[Self], to: &mut [Self]) {
                to.copy_from_slice(from);
            }
            fn narrow_row(from: &[Self], to: &mut [Self]) {
                to.copy_from_slice(from);
            }
        }
    )*};
}

float!(f32, f64);

#[cfg(feature = "half")]
mod half_precision {
    use half::slice::HalfFloatSliceExt;
    use half::{bf16, f16};

    use super::RowElement;

    macro_rules! half {
        ($($half:ident),*) => {$(
            impl RowElement for $half {
                fn as_floats(_: &[Self]) -> Option<&[f32]> {
                    None
                }
                fn as_floats_mut(_: &mut [Self]) -> Option<&mut [f32]> {
                    None
                }
                fn widen_row(from: &[Self], to: &mut [f32]) {
                    from.convert_to_f32_slice(to);
                }
                fn narrow_row(from: &[f32], to: &mut [Self]) {
                    to.convert_from_f32_slice(from);
                }
            }
        )*};
    }

    half!(f16, bf16);
}
