//! Activations on arrays and views of `ndarray`, of any layout.
//!
//! An array whose elements fill a piece of memory is swept in memory order, whatever the order of its axes, and
//! the result has the same layout. Other views are copied together first.

use ndarray::{Array, ArrayRef, Axis, Dimension, ShapeBuilder};

use crate::activation::Activation;
use crate::element::Element;
use crate::error::ShapeError;

/// Applies activations to an array or view, as a method of it.
///
/// ```
/// use activation_runtime::adapters::ndarray::Activate;
/// # use activation_runtime::{activation::Activation, kernel::{Info, Kernel}, real::Real};
/// # struct Relu;
/// # impl Kernel for Relu {
/// #     const INFO: Info = Info::new("Relu", "max(x, 0)", "x > 0 ? 1 : 0");
/// #     fn value<R: Real>(&self, x: R) -> R {
/// #         x.max(x.constant(0.0))
/// #     }
/// #     fn derivative<R: Real>(&self, x: R) -> R {
/// #         R::select(x.gt(x.constant(0.0)), x.constant(1.0), x.constant(0.0))
/// #     }
/// # }
/// use ndarray::array;
///
/// let x = array![[1.0f32, -2.0], [-3.0, 4.0]];
/// assert_eq!(x.activate(&Relu), array![[1.0, 0.0], [0.0, 4.0]]);
/// let dy = array![[10.0, 20.0], [30.0, 40.0]];
/// assert_eq!(x.t().activate_backward(&Relu, &dy.t())?, array![[10.0, 0.0], [0.0, 40.0]]);
/// # Ok::<(), activation_runtime::error::ShapeError>(())
/// ```
pub trait Activate<T, D: Dimension> {
    /// f of every element.
    fn activate(&self, activation: &(impl Activation<T> + ?Sized)) -> Array<T, D>;

    /// Replaces every element by f of it.
    fn activate_inplace(&mut self, activation: &(impl Activation<T> + ?Sized));

    /// dy · f′ of every element.
    ///
    /// # Errors
    /// The shapes differ.
    fn activate_backward(
        &self,
        activation: &(impl Activation<T> + ?Sized),
        dy: &ArrayRef<T, D>,
    ) -> Result<Array<T, D>, ShapeError>;
}

impl<T: Element, D: Dimension> Activate<T, D> for ArrayRef<T, D> {
    fn activate(&self, activation: &(impl Activation<T> + ?Sized)) -> Array<T, D> {
        if let Some(x) = self.as_slice_memory_order()
            && let Some(y) = filled_like(self, |y| activation.forward(x, y))
        {
            return y;
        }
        let mut y = self.to_owned();
        y.activate_inplace(activation);
        y
    }

    fn activate_inplace(&mut self, activation: &(impl Activation<T> + ?Sized)) {
        if let Some(x) = self.as_slice_memory_order_mut() {
            return activation.forward_inplace(x);
        }
        // Along the axis where neighbours are closest in memory.
        let stride = |axis: &usize| self.strides()[*axis].unsigned_abs();
        let axis =
            (0..self.ndim()).filter(|&axis| self.len_of(Axis(axis)) > 1).min_by_key(stride).unwrap_or(0);
        let mut buffer = [T::default(); 1024];
        for mut lane in self.lanes_mut(Axis(axis)) {
            if let Some(lane) = lane.as_slice_mut() {
                activation.forward_inplace(lane);
                continue;
            }
            for mut part in lane.axis_chunks_iter_mut(Axis(0), buffer.len()) {
                let buffer = &mut buffer[..part.len()];
                for (to, from) in buffer.iter_mut().zip(&part) {
                    *to = *from;
                }
                activation.forward_inplace(buffer);
                for (to, from) in part.iter_mut().zip(buffer) {
                    *to = *from;
                }
            }
        }
    }

    fn activate_backward(
        &self,
        activation: &(impl Activation<T> + ?Sized),
        dy: &ArrayRef<T, D>,
    ) -> Result<Array<T, D>, ShapeError> {
        check_shapes(self.shape(), dy.shape())?;
        if self.strides() == dy.strides()
            && let (Some(x), Some(dy)) = (self.as_slice_memory_order(), dy.as_slice_memory_order())
            && let Some(dx) = filled_like(self, |dx| activation.backward(x, dy, dx))
        {
            return Ok(dx);
        }
        let (x, mut dx) = (self.as_standard_layout(), dy.as_standard_layout().into_owned());
        let dy = dx.clone();
        if let (Some(x), Some(dy), Some(dx)) = (x.as_slice(), dy.as_slice(), dx.as_slice_mut()) {
            activation.backward(x, dy, dx)?;
        }
        Ok(dx)
    }
}

/// An array with the layout of `like`, its memory written by `fill`; `None` where an axis runs backwards, a layout
/// that no array starts with.
fn filled_like<T: Element, D: Dimension>(
    like: &ArrayRef<T, D>,
    fill: impl FnOnce(&mut [T]) -> Result<(), ShapeError>,
) -> Option<Array<T, D>> {
    let mut strides = like.raw_dim();
    for (to, &stride) in strides.slice_mut().iter_mut().zip(like.strides()) {
        *to = usize::try_from(stride).ok()?;
    }
    let mut memory = vec![T::default(); like.len()];
    fill(&mut memory).ok()?;
    Array::from_shape_vec(like.raw_dim().strides(strides), memory).ok()
}

fn check_shapes(x: &[usize], dy: &[usize]) -> Result<(), ShapeError> {
    ShapeError::check("the shape of x", x.len(), "the shape of dy", dy.len())?;
    for (&x, &dy) in x.iter().zip(dy) {
        ShapeError::check("the same axis of x", x, "an axis of dy", dy)?;
    }
    Ok(())
}
