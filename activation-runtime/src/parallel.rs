//! Activations on all threads of `rayon`'s pool.
//!
//! Slices are halved at fixed places, however many threads there are, so every sum is added up in the same order.

use crate::activation::{Activation, MultiActivation, MultiTrainable, Trainable};
use crate::element::Element;
use crate::error::ShapeError;
use crate::kernel::{Info, Kernel, MultiKernel, Parametric};
use crate::pass::Pass;
use crate::passes::{self, Runner, Single};
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
