//! What slices hold: f32 and f64 as they are, f16 and bf16 as f32 in the registers.

use crate::float::Float;
use crate::pass::Pass;
use crate::slices::Slices;
use crate::sum::Sum;
use crate::sweep::sweep;

/// A number that slices hold.
pub trait Element: Copy + Default + Send + Sync + core::fmt::Debug + 'static {
    /// The number that it is while computing.
    type Float: Float;

    /// The number, exactly.
    fn widen(self) -> Self::Float;
    /// The nearest element.
    fn narrow(value: Self::Float) -> Self;

    /// [`sweep`] over slices of elements.
    #[doc(hidden)]
    fn sweep<P, const N: usize, const Y: usize, const D: usize, const S: usize>(
        pass: &P,
        slices: Slices<'_, Self, N, Y, D>,
    ) -> [Sum<f64>; S]
    where
        P: Pass<N, Y, D, S>;
}

macro_rules! float {
    ($($float:ident),*) => {$(
        impl Element for $float {
            type Float = Self;

            #[inline(always)]
            fn widen(self) -> Self {
                self
            }
            #[inline(always)]
            fn narrow(value: Self) -> Self {
                value
            }
            #[inline(always)]
            fn sweep<P, const N: usize, const Y: usize, const D: usize, const S: usize>(
                pass: &P,
                slices: Slices<'_, Self, N, Y, D>,
            ) -> [Sum<f64>; S]
            where
                P: Pass<N, Y, D, S>,
            {
                sweep(pass, slices)
            }
        }
    )*};
}

float!(f32, f64);

#[cfg(feature = "half")]
mod half_precision {
    use half::slice::HalfFloatSliceExt;
    use half::{bf16, f16};

    use super::{Element, Pass, Slices, Sum, sweep};

    /// Converted at a time: the blocks of a binary gate's backward pass stay in the L1 cache.
    const BLOCK: usize = 512;

    macro_rules! half {
        ($($half:ident),*) => {$(
            impl Element for $half {
                type Float = f32;

                fn widen(self) -> f32 {
                    self.to_f32()
                }
                fn narrow(value: f32) -> Self {
                    Self::from_f32(value)
                }

                fn sweep<P, const N: usize, const Y: usize, const D: usize, const S: usize>(
                    pass: &P,
                    mut left: Slices<'_, Self, N, Y, D>,
                ) -> [Sum<f64>; S]
                where
                    P: Pass<N, Y, D, S>,
                {
                    let mut sums = [Sum::new(0.0); S];
                    let (mut x, mut dy) = ([[0.0; BLOCK]; N], [0.0; BLOCK]);
                    let (mut y, mut dx) = ([[0.0; BLOCK]; Y], [[0.0; BLOCK]; D]);
                    while !left.dy.is_empty() {
                        let len = left.dy.len().min(BLOCK);
                        let next = left.split_off(len);
                        for (wide, half) in x.iter_mut().zip(left.x) {
                            half.convert_to_f32_slice(&mut wide[..len]);
                        }
                        left.dy.convert_to_f32_slice(&mut dy[..len]);
                        let wide = Slices {
                            x: x.each_ref().map(|x| &x[..len]),
                            dy: &dy[..len],
                            y: y.each_mut().map(|y| &mut y[..len]),
                            dx: dx.each_mut().map(|dx| &mut dx[..len]),
                        };
                        for (sum, part) in sums.iter_mut().zip(sweep(pass, wide)) {
                            sum.merge(part);
                        }
                        for (half, wide) in left.y.into_iter().zip(&y) {
                            half.convert_from_f32_slice(&wide[..len]);
                        }
                        for (half, wide) in left.dx.into_iter().zip(&dx) {
                            half.convert_from_f32_slice(&wide[..len]);
                        }
                        left = next;
                    }
                    sums
                }
            }
        )*};
    }

    half!(f16, bf16);
}
