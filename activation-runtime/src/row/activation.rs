//! Row kernels applied to slices that hold rows end to end.

use core::iter::repeat;

use super::element::RowElement;
use super::method::{Forward, Jvp, Method, Vjp, VjpFromOutput};
use super::rows::Rows;
use super::run::run;
use super::{RowKernel, Shape};
use crate::error::{OutputError, ShapeError};
use crate::float::Float;
use crate::kernel::Info;

/// A function of a row, over slices that hold rows of `row` elements end to end. Every [`RowKernel`] of one input
/// is one.
///
/// Its output is a row for each row, or one number ([`output_len`](Self::output_len)). No rows at all are allowed;
/// rows of no elements are only if there is nothing in the slices. A row that holds a NaN gives NaN; a row that
/// holds −∞ (a mask) is an ordinary row to `softmax`, unless nothing else is in it, which gives NaN.
///
/// The result for a row doesn't depend on the rows beside it, nor on the number of threads. A gradient of zeros, or a
/// tangent of zeros, gives zeros for any finite row.
pub trait RowActivation<T> {
    /// What is known of the function.
    fn info(&self) -> &'static Info;

    /// How many numbers come out of a row of this length.
    fn output_len(&self, row: usize) -> usize;

    /// y = f(x) for each row.
    ///
    /// # Errors
    /// `x` isn't made of whole rows, or `y` isn't as long as the outputs of them.
    fn forward(&self, x: &[T], row: usize, y: &mut [T]) -> Result<(), ShapeError>;

    /// dx = Jᵀ·dy for each row, J the Jacobian at x.
    ///
    /// # Errors
    /// `x` isn't made of whole rows, or `dy` or `dx` don't fit.
    fn backward(&self, x: &[T], row: usize, dy: &[T], dx: &mut [T]) -> Result<(), ShapeError>;

    /// dx = Jᵀ·dy for each row from the output y = f(x), where J is a function of y, as softmax's is: no exponential is
    /// computed again, and a layer needn't keep its input.
    ///
    /// Which functions allow it is known at compile time: those whose [`Info::saves`] says `Output` or `InputOrOutput`
    /// (there, J is less accurate where f saturates).
    ///
    /// # Errors
    /// `y` isn't made of whole rows, `dy` or `dx` don't fit, or J isn't a function of y.
    fn backward_from_output(&self, y: &[T], row: usize, dy: &[T], dx: &mut [T]) -> Result<(), OutputError> {
        let _ = (y, row, dy, dx);
        Err(OutputError::NeedsInput(self.info().name))
    }

    /// dy = J·v for each row, J the Jacobian at x.
    ///
    /// # Errors
    /// `x` isn't made of whole rows, or `v` or `dy` don't fit.
    fn jvp(&self, x: &[T], row: usize, v: &[T], dy: &mut [T]) -> Result<(), ShapeError>;

    /// The Jacobian at the one row `x`, row by row: `j[i · x.len() + k]` = ∂yᵢ/∂xₖ.
    ///
    /// # Errors
    /// `j` doesn't have the length of the output times the length of `x`.
    fn jacobian_into(&self, x: &[T], j: &mut [T]) -> Result<(), ShapeError>;

    /// The Jacobian at the one row `x`: `j[[i, k]]` = ∂yᵢ/∂xₖ.
    #[cfg(feature = "ndarray")]
    fn jacobian(&self, x: &[T]) -> ndarray::Array2<T>;
}

/// A function of `N` rows of equal length, over slices that hold rows of `row` elements end to end. Every
/// [`RowKernel`] of several inputs is one; see [`RowActivation`].
pub trait MultiRowActivation<T, const N: usize> {
    /// What is known of the function.
    fn info(&self) -> &'static Info;

    /// How many numbers come out of rows of this length.
    fn output_len(&self, row: usize) -> usize;

    /// y = f(x) for each row.
    ///
    /// # Errors
    /// The inputs aren't made of equally many whole rows, or `y` isn't as long as the outputs of them.
    fn forward(&self, x: [&[T]; N], row: usize, y: &mut [T]) -> Result<(), ShapeError>;

    /// dxᵢ = Jᵢᵀ·dy for each row, Jᵢ the Jacobian with respect to the i-th input.
    ///
    /// # Errors
    /// The inputs aren't made of equally many whole rows, or `dy` or `dx` don't fit.
    fn backward(&self, x: [&[T]; N], row: usize, dy: &[T], dx: [&mut [T]; N]) -> Result<(), ShapeError>;

    /// dy = Σ Jᵢ·vᵢ for each row.
    ///
    /// # Errors
    /// The inputs aren't made of equally many whole rows, or `v` or `dy` don't fit.
    fn jvp(&self, x: [&[T]; N], row: usize, v: [&[T]; N], dy: &mut [T]) -> Result<(), ShapeError>;
}

impl<K: RowKernel<1>, T: RowElement> RowActivation<T> for K {
    fn info(&self) -> &'static Info {
        &K::INFO
    }
    fn output_len(&self, row: usize) -> usize {
        output_len::<K, 1>(row)
    }
    fn forward(&self, x: &[T], row: usize, y: &mut [T]) -> Result<(), ShapeError> {
        forward(self, [x], row, y)
    }
    fn backward(&self, x: &[T], row: usize, dy: &[T], dx: &mut [T]) -> Result<(), ShapeError> {
        backward(self, [x], row, dy, [dx])
    }
    fn backward_from_output(&self, y: &[T], row: usize, dy: &[T], dx: &mut [T]) -> Result<(), OutputError> {
        if !K::INFO.saves.output_suffices() {
            return Err(OutputError::NeedsInput(K::INFO.name));
        }
        Ok(pull_back(self, VjpFromOutput, [y], row, dy, [dx]).map_err(of_output)?)
    }
    fn jvp(&self, x: &[T], row: usize, v: &[T], dy: &mut [T]) -> Result<(), ShapeError> {
        jvp(self, [x], row, [v], dy)
    }
    fn jacobian_into(&self, x: &[T], j: &mut [T]) -> Result<(), ShapeError> {
        let (row, outputs) = (x.len(), output_len::<K, 1>(x.len()));
        ShapeError::check("the Jacobian", row * outputs, "j", j.len())?;
        // A row of the Jacobian is the gradient of one output.
        let mut dy = vec![T::default(); outputs];
        for i in 0..outputs {
            dy[i] = T::narrow(T::Float::from_f64(1.0));
            backward(self, [x], row, &dy, [&mut j[i * row..(i + 1) * row]])?;
            dy[i] = T::default();
        }
        Ok(())
    }
    #[cfg(feature = "ndarray")]
    fn jacobian(&self, x: &[T]) -> ndarray::Array2<T> {
        let mut j = ndarray::Array2::default((output_len::<K, 1>(x.len()), x.len()));
        if let Some(j) = j.as_slice_mut() {
            let fits = self.jacobian_into(x, j);
            debug_assert_eq!(fits, Ok(()));
        }
        j
    }
}

/// For each number of inputs but one, so that a function of one row has one `forward`.
macro_rules! several {
    ($($n:literal),*) => {$(
        impl<K: RowKernel<$n>, T: RowElement> MultiRowActivation<T, $n> for K {
            fn info(&self) -> &'static Info {
                &K::INFO
            }
            fn output_len(&self, row: usize) -> usize {
                output_len::<K, $n>(row)
            }
            fn forward(&self, x: [&[T]; $n], row: usize, y: &mut [T]) -> Result<(), ShapeError> {
                forward(self, x, row, y)
            }
            fn backward(
                &self,
                x: [&[T]; $n],
                row: usize,
                dy: &[T],
                dx: [&mut [T]; $n],
            ) -> Result<(), ShapeError> {
                backward(self, x, row, dy, dx)
            }
            fn jvp(&self, x: [&[T]; $n], row: usize, v: [&[T]; $n], dy: &mut [T]) -> Result<(), ShapeError> {
                jvp(self, x, row, v, dy)
            }
        }
    )*};
}

several! { 2, 3, 4 }

/// [`MultiRowActivation::forward`] for any number of inputs, one too.
///
/// # Errors
/// The shapes disagree.
#[doc(hidden)]
pub fn forward<K: RowKernel<N>, T: RowElement, const N: usize>(
    kernel: &K,
    x: [&[T]; N],
    row: usize,
    y: &mut [T],
) -> Result<(), ShapeError> {
    let count = check_forward::<K, T, N>(&x, row, y)?;
    let (outputs, results) = K::Output::of_slice(y);
    let rows = Rows { length: row, count, inputs: x, outputs, upstream: &[], results, sums: &mut [] };
    run(kernel, Forward, rows);
    Ok(())
}

/// [`MultiRowActivation::backward`] for any number of inputs, one too.
///
/// # Errors
/// The shapes disagree.
#[doc(hidden)]
pub fn backward<K: RowKernel<N>, T: RowElement, const N: usize>(
    kernel: &K,
    x: [&[T]; N],
    row: usize,
    dy: &[T],
    dx: [&mut [T]; N],
) -> Result<(), ShapeError> {
    pull_back(kernel, Vjp, x, row, dy, dx)
}

/// The vector–Jacobian product by either method.
fn pull_back<K: RowKernel<N>, M, T: RowElement, const N: usize>(
    kernel: &K,
    method: M,
    x: [&[T]; N],
    row: usize,
    dy: &[T],
    dx: [&mut [T]; N],
) -> Result<(), ShapeError>
where
    M: Method<K, N, In = ([(); N], K::Output), Out = [(); N]>,
{
    let count = check_backward::<K, T, N>(&x, row, dy, &dx)?;
    let (gradient, upstream) = K::Output::of_ref(dy);
    let rows = Rows {
        length: row,
        count,
        inputs: (x, gradient),
        outputs: dx,
        upstream,
        results: &mut [],
        sums: &mut [],
    };
    run(kernel, method, rows);
    Ok(())
}

/// [`MultiRowActivation::jvp`] for any number of inputs, one too.
///
/// # Errors
/// The shapes disagree.
#[doc(hidden)]
pub fn jvp<K: RowKernel<N>, T: RowElement, const N: usize>(
    kernel: &K,
    x: [&[T]; N],
    row: usize,
    v: [&[T]; N],
    dy: &mut [T],
) -> Result<(), ShapeError> {
    let count = check_jvp::<K, T, N>(&x, row, &v, dy)?;
    let (outputs, results) = K::Output::of_slice(dy);
    let rows = Rows { length: row, count, inputs: (x, v), outputs, upstream: &[], results, sums: &mut [] };
    run(kernel, Jvp, rows);
    Ok(())
}

/// The number of rows, if all lengths of a forward pass fit together.
pub(crate) fn check_forward<K: RowKernel<N>, T, const N: usize>(
    x: &[&[T]; N],
    row: usize,
    y: &[T],
) -> Result<usize, ShapeError> {
    let count = count_rows(x, row)?;
    check_output::<K, T, N>(count, row, "y", y)?;
    Ok(count)
}

/// The number of rows, if all lengths of a backward pass fit together.
pub(crate) fn check_backward<K: RowKernel<N>, T, const N: usize>(
    x: &[&[T]; N],
    row: usize,
    dy: &[T],
    dx: &[&mut [T]; N],
) -> Result<usize, ShapeError> {
    let count = count_rows(x, row)?;
    check_output::<K, T, N>(count, row, "dy", dy)?;
    for (dx, name) in dx.iter().zip(names::<N>(["dx", "dx[0]", "dx[1]", "dx[2]", "dx[3]"])) {
        ShapeError::check("x", count * row, name, dx.len())?;
    }
    Ok(count)
}

/// The number of rows, if all lengths of a product with vectors fit together.
pub(crate) fn check_jvp<K: RowKernel<N>, T, const N: usize>(
    x: &[&[T]; N],
    row: usize,
    v: &[&[T]; N],
    dy: &[T],
) -> Result<usize, ShapeError> {
    let count = count_rows(x, row)?;
    for (v, name) in v.iter().zip(names::<N>(["v", "v[0]", "v[1]", "v[2]", "v[3]"])) {
        ShapeError::check("x", count * row, name, v.len())?;
    }
    check_output::<K, T, N>(count, row, "dy", dy)?;
    Ok(count)
}

/// The same error, where the output stands for the input.
pub(crate) fn of_output(error: ShapeError) -> ShapeError {
    let name = |name| if matches!(name, "x" | "x[0]") { "y" } else { name };
    ShapeError { reference: name(error.reference), found_in: name(error.found_in), ..error }
}

/// How many numbers come out of a row.
pub(crate) fn output_len<K: RowKernel<N>, const N: usize>(row: usize) -> usize {
    if K::Output::LEN == 1 { row } else { 1 }
}

/// The names of `N` slices: the first alone, or the others.
fn names<const N: usize>(names: [&'static str; 5]) -> impl Iterator<Item = &'static str> {
    let from = usize::from(N != 1);
    names.into_iter().skip(from).chain(repeat(names[0]))
}

/// How many whole rows the inputs are made of, all of them equally many.
fn count_rows<T, const N: usize>(x: &[&[T]; N], row: usize) -> Result<usize, ShapeError> {
    let len = x.first().map_or(0, |x| x.len());
    let whole = if row == 0 { len == 0 } else { len.is_multiple_of(row) };
    if !whole {
        return Err(ShapeError { reference: "row", expected: row, found_in: "x", found: len });
    }
    for (x, name) in x.iter().zip(names::<N>(["x", "x[0]", "x[1]", "x[2]", "x[3]"])) {
        ShapeError::check("x[0]", len, name, x.len())?;
    }
    Ok(len.checked_div(row).unwrap_or(0))
}

fn check_output<K: RowKernel<N>, T, const N: usize>(
    count: usize,
    row: usize,
    name: &'static str,
    y: &[T],
) -> Result<(), ShapeError> {
    ShapeError::check("x", count * output_len::<K, N>(row), name, y.len())
}

/// The row that a kernel makes of rows of equal length: what the plain fn calls.
///
/// # Panics
/// The rows have different lengths.
#[doc(hidden)]
pub fn row<K: RowKernel<N, Output = super::ToRow>, T: RowElement, const N: usize>(
    kernel: &K,
    x: [&[T]; N],
) -> Vec<T> {
    let row = x[0].len();
    let mut y = vec![T::default(); row];
    expect(forward(kernel, x, row, &mut y));
    y
}

/// The number that a kernel makes of rows of equal length, NaN for empty ones: what the plain fn calls.
///
/// # Panics
/// The rows have different lengths.
#[doc(hidden)]
pub fn number<K: RowKernel<N, Output = super::ToScalar>, T: RowElement, const N: usize>(
    kernel: &K,
    x: [&[T]; N],
) -> T {
    let mut y = [T::narrow(T::Float::from_f64(f64::NAN))];
    let row = x[0].len();
    expect(forward(kernel, x, row, if row == 0 { &mut [] } else { &mut y }));
    y[0]
}

fn expect(result: Result<(), ShapeError>) {
    if let Err(error) = result {
        panic!("rows of different lengths: {error}");
    }
}
