//! Activations on all threads of `rayon`'s pool.
//!
//! Slices are halved at fixed places, however many threads there are, so every sum is added up in the same order. Rows
//! stay whole, so what is computed of each is the same as on one thread.

use crate::activation::{Activation, MultiActivation, MultiTrainable, Trainable};
use crate::element::Element;
use crate::error::{OutputError, ShapeError};
use crate::kernel::{Info, Kernel, MultiKernel, Parametric};
use crate::pass::Pass;
use crate::passes::{self, Runner, Single};
use crate::row::element::RowElement;
use crate::row::trainable::parameter_sums;
use crate::row::{
    MultiRowActivation, MultiRowTrainable, RowActivation, RowKernel, RowParametric, RowTrainable,
    activation as rows,
};
use crate::slices::Slices;
use crate::sum::Sum;

/// A kernel whose sweeps run on all threads: `Parallel(Gelu).forward(&x, &mut y)`.
///
/// Worth it from some hundred thousand elements on; shorter slices stay on one thread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parallel<K>(pub K);

/// Elements that one thread works on at a time.
const PIECE: usize = 1 << 16;

/// The threads of the pool.
struct Threads;

impl Runner for Threads {
    fn run<T: Element, P, const N: usize, const Y: usize, const D: usize, const S: usize>(
        self,
        pass: &P,
        mut slices: Slices<'_, T, N, Y, D>,
    ) -> [Sum<f64>; S]
    where
        P: Pass<N, Y, D, S> + Sync,
    {
        let Some(middle) = middle(slices.dy.len()) else { return T::sweep(pass, slices) };
        let rest = slices.split_off(middle);
        let (mut sums, others) = rayon::join(|| Self.run(pass, slices), || Self.run(pass, rest));
        for (sum, other) in sums.iter_mut().zip(others) {
            sum.merge(other);
        }
        sums
    }
}

/// Where to halve; `None` where it isn't worth it.
fn middle(len: usize) -> Option<usize> {
    let pieces = len.div_ceil(PIECE);
    (pieces > 1).then_some(pieces / 2 * PIECE)
}

impl<K: Kernel, T: Element> Activation<T> for Parallel<K> {
    fn info(&self) -> &'static Info {
        &K::INFO
    }
    fn forward(&self, x: &[T], y: &mut [T]) -> Result<(), ShapeError> {
        passes::forward(Threads, &Single(&self.0), [x], y)
    }
    fn backward(&self, x: &[T], dy: &[T], dx: &mut [T]) -> Result<(), ShapeError> {
        passes::backward(Threads, &Single(&self.0), [x], dy, [dx])
    }
    fn backward_from_output(&self, y: &[T], dy: &[T], dx: &mut [T]) -> Result<(), OutputError> {
        passes::backward_from_output(Threads, &self.0, y, dy, dx)
    }
    fn forward_backward(&self, x: &[T], dy: &[T], y: &mut [T], dx: &mut [T]) -> Result<(), ShapeError> {
        passes::forward_backward(Threads, &Single(&self.0), [x], dy, y, [dx])
    }
    fn forward_inplace(&self, x: &mut [T]) {
        match middle(x.len()) {
            Some(middle) => {
                let (x, rest) = x.split_at_mut(middle);
                rayon::join(|| self.forward_inplace(x), || self.forward_inplace(rest));
            }
            None => self.0.forward_inplace(x),
        }
    }
}

impl<K: MultiKernel<N>, T: Element, const N: usize> MultiActivation<T, N> for Parallel<K> {
    fn info(&self) -> &'static Info {
        &K::INFO
    }
    fn forward(&self, x: [&[T]; N], y: &mut [T]) -> Result<(), ShapeError> {
        passes::forward(Threads, &self.0, x, y)
    }
    fn backward(&self, x: [&[T]; N], dy: &[T], dx: [&mut [T]; N]) -> Result<(), ShapeError> {
        passes::backward(Threads, &self.0, x, dy, dx)
    }
    fn forward_backward(
        &self,
        x: [&[T]; N],
        dy: &[T],
        y: &mut [T],
        dx: [&mut [T]; N],
    ) -> Result<(), ShapeError> {
        passes::forward_backward(Threads, &self.0, x, dy, y, dx)
    }
}

impl<K: Kernel, T: Element> Trainable<T> for Parallel<K> {
    type Gradient = K;

    fn backward_params<const P: usize>(&self, x: &[T], dy: &[T], dx: &mut [T]) -> Result<K, ShapeError>
    where
        K: Parametric<1, P>,
    {
        passes::backward_params(Threads, &Single(&self.0), &self.0, [x], dy, [dx])
    }
}

impl<K: MultiKernel<N>, T: Element, const N: usize> MultiTrainable<T, N> for Parallel<K> {
    type Gradient = K;

    fn backward_params<const P: usize>(
        &self,
        x: [&[T]; N],
        dy: &[T],
        dx: [&mut [T]; N],
    ) -> Result<K, ShapeError>
    where
        K: Parametric<N, P>,
    {
        passes::backward_params(Threads, &self.0, &self.0, x, dy, dx)
    }
}

/// How many rows make the first half; `None` where it isn't worth it.
fn middle_row(count: usize, row: usize) -> Option<usize> {
    let piece = (PIECE / row.max(1)).max(1);
    let pieces = count.div_ceil(piece);
    (pieces > 1).then_some(pieces / 2 * piece)
}

/// The beginnings and the ends of slices.
fn halves<T, const N: usize>(slices: [&[T]; N], middle: usize) -> [[&[T]; N]; 2] {
    [slices.map(|slice| &slice[..middle]), slices.map(|slice| &slice[middle..])]
}

/// Calls `leaf` with pieces of the rows, whose lengths have been checked: the inputs, their tangents (or the inputs
/// again), the outputs, of which there are `out` for each row.
fn forward_rows<T: RowElement, const N: usize>(
    [row, out]: [usize; 2],
    x: [&[T]; N],
    v: [&[T]; N],
    y: &mut [T],
    leaf: &(impl Fn([&[T]; N], [&[T]; N], &mut [T]) -> Result<(), ShapeError> + Sync),
) -> Result<(), ShapeError> {
    let Some(middle) = middle_row(y.len().checked_div(out).unwrap_or(0), row) else { return leaf(x, v, y) };
    let ([x, x_rest], [v, v_rest]) = (halves(x, middle * row), halves(v, middle * row));
    let (y, y_rest) = y.split_at_mut(middle * out);
    let (first, second) = rayon::join(
        || forward_rows([row, out], x, v, y, leaf),
        || forward_rows([row, out], x_rest, v_rest, y_rest, leaf),
    );
    first.and(second)
}

/// The same for gradients.
fn backward_rows<T: RowElement, E: Send, const N: usize>(
    [row, out]: [usize; 2],
    x: [&[T]; N],
    dy: &[T],
    mut dx: [&mut [T]; N],
    leaf: &(impl Fn([&[T]; N], &[T], [&mut [T]; N]) -> Result<(), E> + Sync),
) -> Result<(), E> {
    let Some(middle) = middle_row(dy.len().checked_div(out).unwrap_or(0), row) else {
        return leaf(x, dy, dx);
    };
    let [x, x_rest] = halves(x, middle * row);
    let (dy, dy_rest) = dy.split_at(middle * out);
    let dx_rest = dx.each_mut().map(|dx| {
        let (first, rest) = core::mem::take(dx).split_at_mut(middle * row);
        *dx = first;
        rest
    });
    let (first, second) = rayon::join(
        || backward_rows([row, out], x, dy, dx, leaf),
        || backward_rows([row, out], x_rest, dy_rest, dx_rest, leaf),
    );
    first.and(second)
}

fn forward_on_threads<K: RowKernel<N> + Sync, T: RowElement, const N: usize>(
    kernel: &K,
    x: [&[T]; N],
    row: usize,
    y: &mut [T],
) -> Result<(), ShapeError> {
    rows::check_forward::<K, T, N>(&x, row, y)?;
    let out = rows::output_len::<K, N>(row);
    forward_rows([row, out], x, x, y, &|x, _, y| rows::forward(kernel, x, row, y))
}

fn backward_on_threads<K: RowKernel<N> + Sync, T: RowElement, const N: usize>(
    kernel: &K,
    x: [&[T]; N],
    row: usize,
    dy: &[T],
    dx: [&mut [T]; N],
) -> Result<(), ShapeError> {
    rows::check_backward::<K, T, N>(&x, row, dy, &dx)?;
    let out = rows::output_len::<K, N>(row);
    backward_rows([row, out], x, dy, dx, &|x, dy, dx| rows::backward(kernel, x, row, dy, dx))
}

fn jvp_on_threads<K: RowKernel<N> + Sync, T: RowElement, const N: usize>(
    kernel: &K,
    x: [&[T]; N],
    row: usize,
    v: [&[T]; N],
    dy: &mut [T],
) -> Result<(), ShapeError> {
    rows::check_jvp::<K, T, N>(&x, row, &v, dy)?;
    let out = rows::output_len::<K, N>(row);
    forward_rows([row, out], x, v, dy, &|x, v, dy| rows::jvp(kernel, x, row, v, dy))
}

fn parameters_on_threads<K: RowParametric<N, P> + Sync, T: RowElement, const N: usize, const P: usize>(
    kernel: &K,
    x: [&[T]; N],
    row: usize,
    dy: &[T],
) -> [Sum<f64>; P] {
    let out = rows::output_len::<K, N>(row);
    let Some(middle) = middle_row(dy.len().checked_div(out).unwrap_or(0), row) else {
        return parameter_sums(kernel, x, row, dy);
    };
    let [x, x_rest] = halves(x, middle * row);
    let (dy, dy_rest) = dy.split_at(middle * out);
    let (mut sums, others) = rayon::join(
        || parameters_on_threads(kernel, x, row, dy),
        || parameters_on_threads(kernel, x_rest, row, dy_rest),
    );
    for (sum, other) in sums.iter_mut().zip(others) {
        sum.merge(other);
    }
    sums
}

impl<K: RowKernel<1> + Sync, T: RowElement> RowTrainable<T> for Parallel<K> {
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
        backward_on_threads(&self.0, [x], row, dy, [dx])?;
        Ok(K::from_gradient(parameters_on_threads(&self.0, [x], row, dy).map(Sum::value)))
    }
}

impl<K: RowKernel<1> + Sync, T: RowElement> RowActivation<T> for Parallel<K> {
    fn info(&self) -> &'static Info {
        &K::INFO
    }
    fn output_len(&self, row: usize) -> usize {
        rows::output_len::<K, 1>(row)
    }
    fn forward(&self, x: &[T], row: usize, y: &mut [T]) -> Result<(), ShapeError> {
        forward_on_threads(&self.0, [x], row, y)
    }
    fn backward(&self, x: &[T], row: usize, dy: &[T], dx: &mut [T]) -> Result<(), ShapeError> {
        backward_on_threads(&self.0, [x], row, dy, [dx])
    }
    fn backward_from_output(&self, y: &[T], row: usize, dy: &[T], dx: &mut [T]) -> Result<(), OutputError> {
        rows::check_backward::<K, T, 1>(&[y], row, dy, &[&mut *dx]).map_err(rows::of_output)?;
        let out = rows::output_len::<K, 1>(row);
        backward_rows([row, out], [y], dy, [dx], &|[y], dy, [dx]| self.0.backward_from_output(y, row, dy, dx))
    }
    fn jvp(&self, x: &[T], row: usize, v: &[T], dy: &mut [T]) -> Result<(), ShapeError> {
        jvp_on_threads(&self.0, [x], row, [v], dy)
    }
    fn jacobian_into(&self, x: &[T], j: &mut [T]) -> Result<(), ShapeError> {
        self.0.jacobian_into(x, j)
    }
    #[cfg(feature = "ndarray")]
    fn jacobian(&self, x: &[T]) -> ndarray::Array2<T> {
        self.0.jacobian(x)
    }
}

/// For each number of inputs but one, as in [`crate::row`].
macro_rules! several {
    ($($n:literal),*) => {$(
        impl<K: RowKernel<$n> + Sync, T: RowElement> MultiRowActivation<T, $n> for Parallel<K> {
            fn info(&self) -> &'static Info {
                &K::INFO
            }
            fn output_len(&self, row: usize) -> usize {
                rows::output_len::<K, $n>(row)
            }
            fn forward(&self, x: [&[T]; $n], row: usize, y: &mut [T]) -> Result<(), ShapeError> {
                forward_on_threads(&self.0, x, row, y)
            }
            fn backward(
                &self,
                x: [&[T]; $n],
                row: usize,
                dy: &[T],
                dx: [&mut [T]; $n],
            ) -> Result<(), ShapeError> {
                backward_on_threads(&self.0, x, row, dy, dx)
            }
            fn jvp(&self, x: [&[T]; $n], row: usize, v: [&[T]; $n], dy: &mut [T]) -> Result<(), ShapeError> {
                jvp_on_threads(&self.0, x, row, v, dy)
            }
        }

        impl<K: RowKernel<$n> + Sync, T: RowElement> MultiRowTrainable<T, $n> for Parallel<K> {
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
                backward_on_threads(&self.0, x, row, dy, dx)?;
                Ok(K::from_gradient(parameters_on_threads(&self.0, x, row, dy).map(Sum::value)))
            }
        }
    )*};
}

several! { 2, 3, 4 }
