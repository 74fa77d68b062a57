//! Kernels applied to slices.

use core::iter::repeat;

use crate::array::map;
use crate::element::Element;
use crate::error::ShapeError;
use crate::kernel::{Info, Kernel, MultiKernel, Parametric};
use crate::real::Real;
use crate::slices::{Results, Slices};
use crate::sum::Sum;
use crate::sweep::Pass;

/// An activation function over slices of `T` (f32 or f64; f16 or bf16 with the feature `half`).
///
/// Every [`Kernel`] is one. The slices of a call have equal lengths, or the call is an error that names both
/// lengths, and nothing has been written. Lengths are any, 0 too.
///
/// ```
/// use activation_runtime::activation::Activation;
/// use activation_runtime::kernel::{Info, Kernel};
/// use activation_runtime::real::Real;
///
/// struct Square;
///
/// impl Kernel for Square {
///     const INFO: Info = Info::new("Square", "x²", "2x");
///     fn value<R: Real>(&self, x: R) -> R {
///         x * x
///     }
///     fn derivative<R: Real>(&self, x: R) -> R {
///         x + x
///     }
/// }
///
/// let mut y = [0.0; 3];
/// Square.forward(&[1.0f32, 2.0, 3.0], &mut y)?;
/// assert_eq!(y, [1.0, 4.0, 9.0]);
/// # Ok::<(), activation_runtime::error::ShapeError>(())
/// ```
pub trait Activation<T> {
    /// What is known of the function.
    fn info(&self) -> &'static Info;

    /// y = f(x).
    ///
    /// # Errors
    /// The lengths of `x` and `y` differ.
    fn forward(&self, x: &[T], y: &mut [T]) -> Result<(), ShapeError>;

    /// dx = dy · f′(x).
    ///
    /// # Errors
    /// The lengths of `x`, `dy` and `dx` differ.
    fn backward(&self, x: &[T], dy: &[T], dx: &mut [T]) -> Result<(), ShapeError>;

    /// y = f(x) and dx = dy · f′(x), bit for bit those of the calls above, in one sweep.
    ///
    /// # Errors
    /// The lengths of `x`, `dy`, `y` and `dx` differ.
    fn forward_backward(&self, x: &[T], dy: &[T], y: &mut [T], dx: &mut [T]) -> Result<(), ShapeError>;

    /// x = f(x).
    fn forward_inplace(&self, x: &mut [T]);
}

impl<K: Kernel, T: Element> Activation<T> for K {
    fn info(&self) -> &'static Info {
        &K::INFO
    }
    fn forward(&self, x: &[T], y: &mut [T]) -> Result<(), ShapeError> {
        Single(self).forward([x], y)
    }
    fn backward(&self, x: &[T], dy: &[T], dx: &mut [T]) -> Result<(), ShapeError> {
        Single(self).backward([x], dy, [dx])
    }
    fn forward_backward(&self, x: &[T], dy: &[T], y: &mut [T], dx: &mut [T]) -> Result<(), ShapeError> {
        Single(self).forward_backward([x], dy, y, [dx])
    }
    fn forward_inplace(&self, x: &mut [T]) {
        // Block by block through a copy that stays in the L1 cache: no sweep writes what another lane reads.
        let mut copy = [T::default(); 1024];
        for block in x.chunks_mut(copy.len()) {
            let copy = &mut copy[..block.len()];
            copy.copy_from_slice(block);
            forward(&Single(self), [copy], block);
        }
    }
}

/// A function of `N` inputs over slices of `T`, such as a gate. Every [`MultiKernel`] is one.
///
/// ```text
/// swiglu.forward([&gate, &up], &mut y)?;
/// swiglu.backward([&gate, &up], &dy, [&mut dgate, &mut dup])?;
/// ```
pub trait MultiActivation<T, const N: usize> {
    /// What is known of the function.
    fn info(&self) -> &'static Info;

    /// y = f(x).
    ///
    /// # Errors
    /// The lengths of the inputs and of `y` differ.
    fn forward(&self, x: [&[T]; N], y: &mut [T]) -> Result<(), ShapeError>;

    /// dxᵢ = dy · ∂f/∂xᵢ(x).
    ///
    /// # Errors
    /// The lengths of the inputs, of `dy` and of the gradients differ.
    fn backward(&self, x: [&[T]; N], dy: &[T], dx: [&mut [T]; N]) -> Result<(), ShapeError>;

    /// y = f(x) and dxᵢ = dy · ∂f/∂xᵢ(x), bit for bit those of the calls above, in one sweep.
    ///
    /// # Errors
    /// The lengths of the inputs, of `dy`, of `y` and of the gradients differ.
    fn forward_backward(
        &self,
        x: [&[T]; N],
        dy: &[T],
        y: &mut [T],
        dx: [&mut [T]; N],
    ) -> Result<(), ShapeError>;
}

impl<K: MultiKernel<N>, T: Element, const N: usize> MultiActivation<T, N> for K {
    fn info(&self) -> &'static Info {
        &K::INFO
    }
    fn forward(&self, x: [&[T]; N], y: &mut [T]) -> Result<(), ShapeError> {
        let len = check_inputs(&x)?;
        ShapeError::check("x", len, "y", y.len())?;
        forward(self, x, y);
        Ok(())
    }
    fn backward(&self, x: [&[T]; N], dy: &[T], dx: [&mut [T]; N]) -> Result<(), ShapeError> {
        check_gradients(check_inputs(&x)?, dy, &dx)?;
        T::sweep(&Backward(self), Slices { x, dy, y: [], dx });
        Ok(())
    }
    fn forward_backward(
        &self,
        x: [&[T]; N],
        dy: &[T],
        y: &mut [T],
        dx: [&mut [T]; N],
    ) -> Result<(), ShapeError> {
        let len = check_inputs(&x)?;
        check_gradients(len, dy, &dx)?;
        ShapeError::check("x", len, "y", y.len())?;
        T::sweep(&ForwardBackward(self), Slices { x, dy, y: [y], dx });
        Ok(())
    }
}

/// An activation whose parameters can be trained. Every [`Kernel`] is one that is also [`Parametric`].
pub trait Trainable<T> {
    /// The gradient of the parameters: a value of the kernel's own type with the derivatives as its fields.
    type Gradient;

    /// dx = dy · f′(x), bit for bit that of [`Activation::backward`], and for every parameter p the sum of
    /// dy · ∂f/∂p(x) over the slice.
    ///
    /// The sum is compensated (see [`Sum`]), and the same on every run.
    ///
    /// # Errors
    /// The lengths of `x`, `dy` and `dx` differ.
    fn backward_params<const P: usize>(
        &self,
        x: &[T],
        dy: &[T],
        dx: &mut [T],
    ) -> Result<Self::Gradient, ShapeError>
    where
        Self: Parametric<1, P>;
}

impl<K: Kernel, T: Element> Trainable<T> for K {
    type Gradient = K;

    fn backward_params<const P: usize>(&self, x: &[T], dy: &[T], dx: &mut [T]) -> Result<K, ShapeError>
    where
        K: Parametric<1, P>,
    {
        backward_params(&Single(self), self, [x], dy, [dx])
    }
}

/// A function of `N` inputs whose parameters can be trained. Every [`MultiKernel`] is one that is also
/// [`Parametric`].
pub trait MultiTrainable<T, const N: usize> {
    /// The gradient of the parameters: a value of the kernel's own type with the derivatives as its fields.
    type Gradient;

    /// dxᵢ = dy · ∂f/∂xᵢ(x), and the sums of dy · ∂f/∂p(x), as [`Trainable::backward_params`].
    ///
    /// # Errors
    /// The lengths of the inputs, of `dy` and of the gradients differ.
    fn backward_params<const P: usize>(
        &self,
        x: [&[T]; N],
        dy: &[T],
        dx: [&mut [T]; N],
    ) -> Result<Self::Gradient, ShapeError>
    where
        Self: Parametric<N, P>;
}

impl<K: MultiKernel<N>, T: Element, const N: usize> MultiTrainable<T, N> for K {
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
        backward_params(self, self, x, dy, dx)
    }
}

fn forward<K, T: Element, const N: usize>(kernel: &K, x: [&[T]; N], y: &mut [T])
where
    K: MultiKernel<N>,
{
    T::sweep(&Forward(kernel), Slices { x, dy: x[0], y: [y], dx: [] });
}

fn backward_params<K, P, T: Element, const N: usize, const S: usize>(
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
    let sums = T::sweep(&BackwardParameters(kernel, parameters), Slices { x, dy, y: [], dx });
    Ok(P::from_gradient(sums.map(Sum::value)))
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
    #[inline(always)]
    fn compute<R: Real>(&self, x: [R; N], dy: R) -> Results<R, 0, N, 0> {
        Results { y: [], dx: scale(self.0.gradient(x), dy), terms: [] }
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, x: [R; N]) -> [Option<R::Mask>; 3] {
        [None, self.0.rescue(x)[1], None]
    }
}

struct ForwardBackward<'a, K>(&'a K);

impl<K: MultiKernel<N>, const N: usize> Pass<N, 1, N, 0> for ForwardBackward<'_, K> {
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
