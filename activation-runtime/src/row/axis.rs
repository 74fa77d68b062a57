//! Row functions along an axis of ndarray's arrays and views, of any layout.

use ndarray::{Array, ArrayRef, Axis, Dimension};

use super::RowActivation;
use crate::error::ShapeError;

/// Applies row functions along an axis of an array or view, as a method of it.
///
/// Where the axis isn't the last one of an array in standard layout, its rows are copied together first.
///
/// ```text
/// let attention = scores.activate_axis(&Softmax, Axis(1));
/// ```
pub trait ActivateAxis<T, D: Dimension> {
    /// f of every row along `axis`. Where f gives a scalar, the axis has length 1 in the result.
    ///
    /// # Panics
    /// The array has no such axis.
    fn activate_axis(&self, activation: &(impl RowActivation<T> + ?Sized), axis: Axis) -> Array<T, D>;

    /// The vector–Jacobian product with `dy`, which has the shape that
    /// [`activate_axis`](Self::activate_axis) gives.
    ///
    /// # Errors
    /// `dy` has another shape.
    ///
    /// # Panics
    /// The array has no such axis.
    fn activate_axis_backward(
        &self,
        activation: &(impl RowActivation<T> + ?Sized),
        axis: Axis,
        dy: &ArrayRef<T, D>,
    ) -> Result<Array<T, D>, ShapeError>;
}

impl<T: Copy + Default, D: Dimension> ActivateAxis<T, D> for ArrayRef<T, D> {
    fn activate_axis(&self, activation: &(impl RowActivation<T> + ?Sized), axis: Axis) -> Array<T, D> {
        let row = self.len_of(axis);
        let mut shape = self.raw_dim();
        shape[axis.index()] = activation.output_len(row);
        if self.is_empty() {
            return Array::default(shape);
        }
        let x = rows_of(self, axis);
        collect(&shape, axis, |y| activation.forward(&x, row, y))
    }

    fn activate_axis_backward(
        &self,
        activation: &(impl RowActivation<T> + ?Sized),
        axis: Axis,
        dy: &ArrayRef<T, D>,
    ) -> Result<Array<T, D>, ShapeError> {
        let row = self.len_of(axis);
        for (i, (&x, &dy)) in self.shape().iter().zip(dy.shape()).enumerate() {
            let expected = if i == axis.index() { activation.output_len(row) } else { x };
            ShapeError::check("an axis of y", expected, "the same axis of dy", dy)?;
        }
        if self.is_empty() {
            return Ok(Array::default(self.raw_dim()));
        }
        let (x, dy) = (rows_of(self, axis), rows_of(dy, axis));
        Ok(collect(&self.raw_dim(), axis, |dx| activation.backward(&x, row, &dy, dx)))
    }
}

/// The order of the axes with `axis` as the last, and back.
fn orders<D: Dimension>(like: &D, axis: Axis) -> (D, D) {
    let (mut order, mut back) = (like.clone(), like.clone());
    let axes = (0..like.ndim()).filter(|&i| i != axis.index()).chain([axis.index()]);
    for (to, from) in axes.enumerate() {
        order[to] = from;
        back[from] = to;
    }
    (order, back)
}

/// The rows along `axis`, end to end.
fn rows_of<T: Copy, D: Dimension>(array: &ArrayRef<T, D>, axis: Axis) -> std::borrow::Cow<'_, [T]> {
    let (order, _) = orders(&array.raw_dim(), axis);
    let rows = array.view().permuted_axes(order);
    match rows.to_slice() {
        Some(rows) => rows.into(),
        None => rows.iter().copied().collect::<Vec<T>>().into(),
    }
}

/// The array of this shape whose rows along `axis`, end to end, are what `fill` writes.
fn collect<T: Copy + Default, D: Dimension>(
    shape: &D,
    axis: Axis,
    fill: impl FnOnce(&mut [T]) -> Result<(), ShapeError>,
) -> Array<T, D> {
    let (order, back) = orders(shape, axis);
    let mut moved = shape.clone();
    for to in 0..shape.ndim() {
        moved[to] = shape[order[to]];
    }
    let mut rows = Array::default(moved);
    if let Some(rows) = rows.as_slice_mut() {
        let filled = fill(rows);
        debug_assert_eq!(filled, Ok(()));
    }
    rows.permuted_axes(back)
}
