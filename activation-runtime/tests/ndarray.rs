//! Activations on arrays and views of every layout.
#![cfg(feature = "ndarray")]

mod kernels;

use activation_runtime::activation::Activation;
use activation_runtime::adapters::ndarray::Activate;
use kernels::Softsign;
use ndarray::{
    Array, Array2, Array3, ArrayRef, ArrayView, ArrayViewMut, Axis, Dimension, Ix1, ShapeBuilder, s,
};

fn softsign(x: f32) -> f32 {
    x / (x.abs() + 1.0)
}

fn derivative(x: f32) -> f32 {
    1.0 / ((x.abs() + 1.0) * (x.abs() + 1.0))
}

fn numbers<D: Dimension>(shape: impl ShapeBuilder<Dim = D>) -> Array<f32, D> {
    let mut next = -40.0;
    Array::from_shape_simple_fn(shape, || {
        next += 1.25;
        next
    })
}

/// Every method on a view of `x`, beside the scalar formula on each element.
fn check<D: Dimension>(x: &ArrayRef<f32, D>, mut copy: ArrayViewMut<f32, D>) {
    let expected = x.map(|&x| softsign(x));
    let y = x.activate(&Softsign);
    assert_eq!(y, expected);
    if let (Some(_), Some(_)) = (x.as_slice_memory_order(), y.as_slice_memory_order()) {
        assert_eq!(x.strides(), y.strides(), "the layout stays");
    }
    let dynamic: &dyn Activation<f32> = &Softsign;
    assert_eq!(x.activate(dynamic), expected);

    copy.activate_inplace(&Softsign);
    assert_eq!(copy, expected);

    let dy = x.map(|&x| x + 0.5);
    let dx = x.map(|&x| (x + 0.5) * derivative(x));
    assert_eq!(x.activate_backward(&Softsign, &dy).unwrap(), dx);
    let mut fortran = Array::zeros(x.raw_dim().f());
    fortran.assign(&dy);
    assert_eq!(x.activate_backward(&Softsign, &fortran).unwrap(), dx);
}

/// The same view of an array and of a copy of it.
macro_rules! views {
    ($array:expr, |$a:ident| $view:expr, $view_mut:expr) => {{
        let original = $array;
        let mut copy = original.clone();
        let view = {
            let $a = &original;
            $view
        };
        let view_mut = {
            let $a = &mut copy;
            $view_mut
        };
        check(&view, view_mut);
    }};
}

#[test]
fn contiguous_arrays() {
    views!(numbers(7), |a| a.view(), a.view_mut());
    views!(numbers((3, 50)), |a| a.view(), a.view_mut());
    views!(numbers((3, 50).f()), |a| a.view(), a.view_mut());
    views!(numbers((4, 3, 5)), |a| a.view(), a.view_mut());
    views!(numbers((4, 3, 5)).into_dyn(), |a| a.view(), a.view_mut());
}

#[test]
fn permuted_arrays() {
    views!(numbers((3, 50)), |a| a.t(), a.view_mut().reversed_axes());
    views!(numbers((4, 3, 5)), |a| a.view().permuted_axes([1, 2, 0]), a.view_mut().permuted_axes([1, 2, 0]));
}

#[test]
fn slices_with_steps() {
    views!(numbers((9, 50)), |a| a.slice(s![.., 1..40]), a.slice_mut(s![.., 1..40]));
    views!(numbers((9, 50)), |a| a.slice(s![1..;2, ..;3]), a.slice_mut(s![1..;2, ..;3]));
    views!(numbers((9, 50)), |a| a.slice(s![..;-1, ..]), a.slice_mut(s![..;-1, ..]));
    views!(numbers((9, 50)), |a| a.slice(s![..;-1, ..;-1]), a.slice_mut(s![..;-1, ..;-1]));
    views!(numbers((9, 50)), |a| a.slice(s![2..;-2, 3..;-5]), a.slice_mut(s![2..;-2, 3..;-5]));
    views!(numbers(5000), |a| a.slice(s![..;-1]), a.slice_mut(s![..;-1]));
    views!(numbers(5000), |a| a.slice(s![..;2]), a.slice_mut(s![..;2]));
    views!(numbers((4, 3, 5)), |a| a.slice(s![.., 1, ..;-2]), a.slice_mut(s![.., 1, ..;-2]));
    views!(numbers((4, 3)), |a| a.column(1), a.column_mut(1));
}

#[test]
fn arrays_of_one_element_and_of_none() {
    views!(numbers(()), |a| a.view(), a.view_mut());
    views!(numbers(0), |a| a.view(), a.view_mut());
    views!(numbers((3, 0)), |a| a.view(), a.view_mut());
    views!(numbers((0, 3)), |a| a.t(), a.view_mut().reversed_axes());
    views!(numbers((1, 1, 1)), |a| a.view(), a.view_mut());
    views!(numbers((3, 1)), |a| a.slice(s![..;-1, ..]), a.slice_mut(s![..;-1, ..]));
    views!(numbers(9), |a| a.slice(s![4..5]), a.slice_mut(s![4..5]));
    views!(numbers((9, 4)), |a| a.slice(s![..;2, 1..1]), a.slice_mut(s![..;2, 1..1]));
}

#[test]
fn broadcast_views_are_read() {
    let row = numbers(4);
    let x = row.broadcast((3, 4)).unwrap();
    assert_eq!(x.activate(&Softsign), x.map(|&x| softsign(x)));
    let dy = Array2::ones((3, 4));
    assert_eq!(x.activate_backward(&Softsign, &dy).unwrap(), x.map(|&x| derivative(x)));
    let same = ArrayView::from_shape((2, 2).strides((0, 0)), &[3.0f32]).unwrap();
    assert_eq!(same.activate(&Softsign), Array2::from_elem((2, 2), 0.75));
}

#[test]
fn shapes_that_differ_are_an_error() {
    let x = numbers((2, 3));
    let error = x.activate_backward(&Softsign, &numbers((3, 2))).unwrap_err();
    assert_eq!(error.to_string(), "`an axis of dy` has length 3, but `the same axis of x` asks for 2");
    let error = x.view().into_dyn().activate_backward(&Softsign, &numbers(6).into_dyn()).unwrap_err();
    assert_eq!(error.to_string(), "`the shape of dy` has length 1, but `the shape of x` asks for 2");
}

#[test]
fn every_kind_of_array_has_the_methods() {
    let x: Array3<f32> = numbers((2, 3, 4));
    let expected = x.map(|&x| softsign(x));
    assert_eq!(x.to_shared().activate(&Softsign), expected);
    assert_eq!(x.as_standard_layout().activate(&Softsign), expected);
    let mut shared = x.to_shared();
    shared.activate_inplace(&Softsign);
    assert_eq!(shared, expected);
    let lane: ArrayView<f32, Ix1> = x.index_axis(Axis(0), 1).index_axis_move(Axis(1), 2);
    assert_eq!(lane.activate(&Softsign), lane.map(|&x| softsign(x)));
}
