//! The gradients of the parameters of row functions.

use super::activation::backward;
use super::element::RowElement;
use super::method::Parameters;
use super::rows::Rows;
use super::run::run;
use super::{RowKernel, RowParametric, Shape};
use crate::error::ShapeError;
use crate::sum::Sum;

/// A function of a row whose parameters can be trained. Every [`RowKernel`] of one input is one that is also
/// [`RowParametric`].
pub trait RowTrainable<T> {
    /// The gradient of the parameters: a value of the kernel's own type with the derivatives as its fields.
    type Gradient;

    /// dx = Jᵀ·dy for each row, bit for bit that of [`RowActivation::backward`](super::RowActivation::backward), and for
    /// every parameter p the sum of dy·∂y/∂p over all rows.
    ///
    /// For this sum rows of f32 are computed in f64, and the sums of the rows are added up with compensation (see
    /// [`Sum`]), in the same order on every run.
    ///
    /// # Errors
    /// `x` isn't made of whole rows, or `dy` or `dx` don't fit.
    fn backward_params<const P: usize>(
        &self,
        x: &[T],
        row: usize,
        dy: &[T],
        dx: &mut [T],
    ) -> Result<Self::Gradient, ShapeError>
    where
        Self::Gradient: RowParametric<1, P>;
}

impl<K: RowKernel<1>, T: RowElement> RowTrainable<T> for K {
    type Gradient = K;

    fn backward_params<const P: usize>(
        &self,
        x: &[T],
        row: usize,
        dy: &[T],
        dx: &mut [T],
    ) -> Result<K, ShapeError>
    where
        K: RowParametric<1, P>,
    {
        backward(self, [x], row, dy, [dx])?;
        Ok(K::from_gradient(parameter_sums(self, [x], row, dy).map(Sum::value)))
    }
}

/// A function of `N` rows whose parameters can be trained; see [`RowTrainable`].
pub trait MultiRowTrainable<T, const N: usize> {
    /// The gradient of the parameters: a value of the kernel's own type with the derivatives as its fields.
    type Gradient;

    /// dxᵢ = Jᵢᵀ·dy for each row, and the sums of dy·∂y/∂p over all rows, as [`RowTrainable::backward_params`].
    ///
    /// # Errors
    /// The inputs aren't made of equally many whole rows, or `dy` or `dx` don't fit.
    fn backward_params<const P: usize>(
        &self,
        x: [&[T]; N],
        row: usize,
        dy: &[T],
        dx: [&mut [T]; N],
    ) -> Result<Self::Gradient, ShapeError>
    where
        Self::Gradient: RowParametric<N, P>;
}

/// For each number of inputs but one, as [`MultiRowActivation`](super::MultiRowActivation).
macro_rules! several {
    ($($n:literal),*) => {$(
        impl<K: RowKernel<$n>, T: RowElement> MultiRowTrainable<T, $n> for K {
            type Gradient = K;

            fn backward_params<const P: usize>(
                &self,
                x: [&[T]; $n],
                row: usize,
                dy: &[T],
                dx: [&mut [T]; $n],
            ) -> Result<K, ShapeError>
            where
                K: RowParametric<$n, P>,
            {
                backward(self, x, row, dy, dx)?;
                Ok(K::from_gradient(parameter_sums(self, x, row, dy).map(Sum::value)))
            }
        }
    )*};
}

several! { 2, 3, 4 }

/// The sums of dy·∂y/∂p over all rows; the shapes have been checked.
pub(crate) fn parameter_sums<K: RowParametric<N, P>, T: RowElement, const N: usize, const P: usize>(
    kernel: &K,
    x: [&[T]; N],
    row: usize,
    dy: &[T],
) -> [Sum<f64>; P] {
    let mut sums = [Sum::new(0.0); P];
    let count = x[0].len().checked_div(row).unwrap_or(0);
    let (gradient, upstream) = K::Output::of_ref(dy);
    let inputs = (x, gradient);
    run(
        kernel,
        Parameters::<P>,
        Rows { length: row, count, inputs, outputs: [], upstream, results: &mut [], sums: &mut sums },
    );
    sums
}
