//! Kernels applied to slices.

use crate::element::Element;
use crate::error::{OutputError, ShapeError};
use crate::kernel::{Info, Kernel, MultiKernel, Parametric};
use crate::passes::{self, Serial, Single};

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

    /// dx = dy · f′(x) from the output y = f(x), where f′ is a function of y: a layer then needn't keep its input.
    ///
    /// Which functions allow it is known at compile time: those whose [`Info::saves`] says `Nothing`, `Output` or
    /// `InputOrOutput` (there, f′ is less accurate where f saturates).
    ///
    /// # Errors
    /// The lengths of `y`, `dy` and `dx` differ, or f′ isn't a function of y.
    fn backward_from_output(&self, y: &[T], dy: &[T], dx: &mut [T]) -> Result<(), OutputError> {
        let _ = (y, dy, dx);
        Err(OutputError::NeedsInput(self.info().name))
    }

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
        passes::forward(Serial, &Single(self), [x], y)
    }
    fn backward(&self, x: &[T], dy: &[T], dx: &mut [T]) -> Result<(), ShapeError> {
        passes::backward(Serial, &Single(self), [x], dy, [dx])
    }
    fn backward_from_output(&self, y: &[T], dy: &[T], dx: &mut [T]) -> Result<(), OutputError> {
        passes::backward_from_output(Serial, self, y, dy, dx)
    }
    fn forward_backward(&self, x: &[T], dy: &[T], y: &mut [T], dx: &mut [T]) -> Result<(), ShapeError> {
        passes::forward_backward(Serial, &Single(self), [x], dy, y, [dx])
    }
    fn forward_inplace(&self, x: &mut [T]) {
        passes::forward_inplace(&Single(self), x);
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
        passes::forward(Serial, self, x, y)
    }
    fn backward(&self, x: [&[T]; N], dy: &[T], dx: [&mut [T]; N]) -> Result<(), ShapeError> {
        passes::backward(Serial, self, x, dy, dx)
    }
    fn forward_backward(
        &self,
        x: [&[T]; N],
        dy: &[T],
        y: &mut [T],
        dx: [&mut [T]; N],
    ) -> Result<(), ShapeError> {
        passes::forward_backward(Serial, self, x, dy, y, dx)
    }
}

/// An activation whose parameters can be trained. Every [`Kernel`] is one that is also [`Parametric`].
pub trait Trainable<T> {
    /// The gradient of the parameters: a value of the kernel's own type with the derivatives as its fields.
    type Gradient;

    /// dx = dy · f′(x), bit for bit that of [`Activation::backward`], and for every parameter p the sum of
    /// dy · ∂f/∂p(x) over the slice.
    ///
    /// The sum is compensated (see [`Sum`](crate::sum::Sum)), and the same on every run.
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
        Self::Gradient: Parametric<1, P>;
}

impl<K: Kernel, T: Element> Trainable<T> for K {
    type Gradient = K;

    fn backward_params<const P: usize>(&self, x: &[T], dy: &[T], dx: &mut [T]) -> Result<K, ShapeError>
    where
        K: Parametric<1, P>,
    {
        passes::backward_params(Serial, &Single(self), self, [x], dy, [dx])
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
        Self::Gradient: Parametric<N, P>;
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
        passes::backward_params(Serial, self, self, x, dy, dx)
    }
}
