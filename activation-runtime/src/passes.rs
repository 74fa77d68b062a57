//! The calls on slices that every activation has: their shapes are checked, and the pass that each makes is run.

use core::iter::repeat;

use crate::array::map;
use crate::element::Element;
use crate::error::{OutputError, ShapeError};
use crate::kernel::{Info, Kernel, MultiKernel, Parametric};
use crate::pass::{Pass, Results};
use crate::real::Real;
use crate::slices::Slices;
use crate::sum::Sum;

/// Who goes through the slices.
pub(crate) trait Runner {
    /// Makes the pass at every position and returns the sums.
    fn run<T: Element, P, const N: usize, const Y: usize, const D: usize, const S: usize>(
        self,
        pass: &P,
        slices: Slices<'_, T, N, Y, D>,
    ) -> [Sum<f64>; S]
    where
        P: Pass<N, Y, D, S> + Sync;
}

/// This thread.
pub(crate) struct Serial;

impl Runner for Serial {
    #[inline]
    fn run<T: Element, P, const N: usize, const Y: usize, const D: usize, const S: usize>(
        self,
        pass: &P,
        slices: Slices<'_, T, N, Y, D>,
    ) -> [Sum<f64>; S]
    where
        P: Pass<N, Y, D, S> + Sync,
    {
        T::sweep(pass, slices)
    }
}

pub(crate) fn forward<K, T: Element, const N: usize>(
    runner: impl Runner,
    kernel: &K,
    x: [&[T]; N],
    y: &mut [T],
) -> Result<(), ShapeError>
where
    K: MultiKernel<N>,
{
    let len = check_inputs(&x)?;
    ShapeError::check("x", len, "y", y.len())?;
    // Any slice does for `dy`: the pass doesn't look.
    let dy = x.first().copied().unwrap_or_default();
    runner.run(&Forward(kernel), Slices { x, dy, y: [y], dx: [] });
    Ok(())
}

pub(crate) fn backward<K, T: Element, const N: usize>(
    runner: impl Runner,
    kernel: &K,
    x: [&[T]; N],
    dy: &[T],
    dx: [&mut [T]; N],
) -> Result<(), ShapeError>
where
    K: MultiKernel<N>,
{
    check_gradients(check_inputs(&x)?, dy, &dx)?;
    runner.run(&Backward(kernel), Slices { x, dy, y: [], dx });
    Ok(())
}

pub(crate) fn backward_from_output<K: Kernel, T: Element>(
    runner: impl Runner,
    kernel: &K,
    y: &[T],
    dy: &[T],
    dx: &mut [T],
) -> Result<(), OutputError> {
    ShapeError::check("y", y.len(), "dy", dy.len())?;
    ShapeError::check("y", y.len(), "dx", dx.len())?;
    if kernel.derivative_from_output(1.0f32).is_none() {
        return Err(OutputError::NeedsInput(K::INFO.name));
    }
    runner.run(&BackwardFromOutput(kernel), Slices { x: [y], dy, y: [], dx: [dx] });
    Ok(())
}

pub(crate) fn forward_backward<K, T: Element, const N: usize>(
    runner: impl Runner,
    kernel: &K,
    x: [&[T]; N],
    dy: &[T],
    y: &mut [T],
    dx: [&mut [T]; N],
) -> Result<(), ShapeError>
where
    K: MultiKernel<N>,
{
    let len = check_inputs(&x)?;
    check_gradients(len, dy, &dx)?;
    ShapeError::check("x", len, "y", y.len())?;
    runner.run(&ForwardBackward(kernel), Slices { x, dy, y: [y], dx });
    Ok(())
}

/// `parameters` is the kernel, or what `kernel` wraps.
pub(crate) fn backward_params<K, P, T: Element, const N: usize, const S: usize>(
    runner: impl Runner,
    kernel: &K,
    parameters: &P,
    x: [&[T]; N],
    dy: &[T],
    dx: [&mut [T]; N],
) -> Result<P, ShapeError>
where
    K: MultiKernel<N>,
    P: Parametric<N, S>,
{
    check_gradients(check_inputs(&x)?, dy, &dx)?;
    let sums = runner.run(&BackwardParameters(kernel, parameters), Slices { x, dy, y: [], dx });
    Ok(P::from_gradient(sums.map(Sum::value)))
}

/// In place: block by block through a copy that stays in the L1 cache, as no sweep may write what it reads.
pub(crate) fn forward_inplace<K: MultiKernel<1>, T: Element>(kernel: &K, x: &mut [T]) {
    let mut copy = [T::default(); 1024];
    for block in x.chunks_mut(copy.len()) {
        let copy = &mut copy[..block.len()];
        copy.copy_from_slice(block);
        T::sweep(&Forward(kernel), Slices { x: [copy], dy: copy, y: [block], dx: [] });
    }
}

/// The common length of the inputs.
fn check_inputs<T, const N: usize>(x: &[&[T]; N]) -> Result<usize, ShapeError> {
    let len = x.first().map_or(0, |x| x.len());
    for (x, name) in x.iter().zip(["x[0]", "x[1]", "x[2]", "x[3]"].into_iter().chain(repeat("x"))) {
        ShapeError::check("x[0]", len, name, x.len())?;
    }
    Ok(len)
}

/// That the gradients, the one that comes in and those that go out, are as long as the inputs.
fn check_gradients<T, const N: usize>(len: usize, dy: &[T], dx: &[&mut [T]; N]) -> Result<(), ShapeError> {
    let names: &[_] = if N == 1 { &["dx"] } else { &["dx[0]", "dx[1]", "dx[2]", "dx[3]"] };
    ShapeError::check("x", len, "dy", dy.len())?;
    for (dx, name) in dx.iter().zip(names.iter().copied().chain(repeat("dx"))) {
        ShapeError::check("x", len, name, dx.len())?;
    }
    Ok(())
}

/// A kernel of one input as one of several.
pub(crate) struct Single<'a, K>(pub(crate) &'a K);

impl<K: Kernel> MultiKernel<1> for Single<'_, K> {
    const INFO: Info = K::INFO;
    const RESCUES: [bool; 2] = K::RESCUES;

    #[inline(always)]
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        self.0.value(x)
    }
    #[inline(always)]
    fn gradient<R: Real>(&self, [x]: [R; 1]) -> [R; 1] {
        [self.0.derivative(x)]
    }
    #[inline(always)]
    fn value_and_gradient<R: Real>(&self, [x]: [R; 1]) -> (R, [R; 1]) {
        let (value, derivative) = self.0.value_and_derivative(x);
        (value, [derivative])
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, [x]: [R; 1]) -> [Option<R::Mask>; 2] {
        self.0.rescue(x)
    }
}

pub(crate) struct Forward<'a, K>(pub(crate) &'a K);

impl<K: MultiKernel<N>, const N: usize> Pass<N, 1, 0, 0> for Forward<'_, K> {
    const RESCUES: bool = K::RESCUES[0];

    #[inline(always)]
    fn compute<R: Real>(&self, x: [R; N], _: R) -> Results<R, 1, 0, 0> {
        Results { y: [self.0.value(x)], dx: [], terms: [] }
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, x: [R; N]) -> [Option<R::Mask>; 3] {
        [self.0.rescue(x)[0], None, None]
    }
}

pub(crate) struct Backward<'a, K>(pub(crate) &'a K);

impl<K: MultiKernel<N>, const N: usize> Pass<N, 0, N, 0> for Backward<'_, K> {
    const RESCUES: bool = K::RESCUES[1];

    #[inline(always)]
    fn compute<R: Real>(&self, x: [R; N], dy: R) -> Results<R, 0, N, 0> {
        Results { y: [], dx: scale(self.0.gradient(x), dy), terms: [] }
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, x: [R; N]) -> [Option<R::Mask>; 3] {
        [None, self.0.rescue(x)[1], None]
    }
}

/// The input is the output y.
struct BackwardFromOutput<'a, K>(&'a K);

impl<K: Kernel> Pass<1, 0, 1, 0> for BackwardFromOutput<'_, K> {
    const RESCUES: bool = false;

    #[inline(always)]
    fn compute<R: Real>(&self, [y]: [R; 1], dy: R) -> Results<R, 0, 1, 0> {
        // The caller has made sure that there is one.
        let slope = self.0.derivative_from_output(y).unwrap_or(y.constant(f64::NAN));
        Results { y: [], dx: [dy * slope], terms: [] }
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, _: [R; 1]) -> [Option<R::Mask>; 3] {
        [None; 3]
    }
}

struct ForwardBackward<'a, K>(&'a K);

impl<K: MultiKernel<N>, const N: usize> Pass<N, 1, N, 0> for ForwardBackward<'_, K> {
    const RESCUES: bool = K::RESCUES[0] || K::RESCUES[1];

    #[inline(always)]
    fn compute<R: Real>(&self, x: [R; N], dy: R) -> Results<R, 1, N, 0> {
        let (value, gradient) = self.0.value_and_gradient(x);
        Results { y: [value], dx: scale(gradient, dy), terms: [] }
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, x: [R; N]) -> [Option<R::Mask>; 3] {
        let [value, gradient] = self.0.rescue(x);
        [value, gradient, None]
    }
}

struct BackwardParameters<'a, K, P>(&'a K, &'a P);

impl<K, P, const N: usize, const S: usize> Pass<N, 0, N, S> for BackwardParameters<'_, K, P>
where
    K: MultiKernel<N>,
    P: Parametric<N, S>,
{
    const RESCUES: bool = K::RESCUES[1] || P::RESCUES_PARAMETERS;

    #[inline(always)]
    fn compute<R: Real>(&self, x: [R; N], dy: R) -> Results<R, 0, N, S> {
        let terms = scale(self.1.parameter_gradient(x), dy);
        Results { y: [], dx: scale(self.0.gradient(x), dy), terms }
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, x: [R; N]) -> [Option<R::Mask>; 3] {
        [None, self.0.rescue(x)[1], self.1.rescue_parameters(x)]
    }
}

#[inline(always)]
fn scale<R: Real, const N: usize>(gradient: [R; N], dy: R) -> [R; N] {
    map(
        gradient,
        dy,
        #[inline(always)]
        |g| dy * g,
    )
}
