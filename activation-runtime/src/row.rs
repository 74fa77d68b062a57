//! Functions of whole rows: what the macro implements for `fn softmax(x: Row<f32>) -> Row<f32>`.
//!
//! ```text
//!   shape       how many inputs and outputs, at the level of types
//!   widened     f64 that stands in for f32
//!   cell        what a row is computed in: registers of f32 or f64, f64 for f32
//!   bounded     f64 that knows its error
//!   precise     extended numbers, and those of as many bits as it takes
//!   element     f32, f64, f16, bf16: what rows may hold
//!   terms       what a pass reduces: sums, products, extrema
//!   passes      the loops over one row
//!   callee      what those that call a function know of it
//!   call        functions of rows that call each other
//!   method      what a kernel computes
//!   rows        rows to work on
//!   compute     one row, in registers of one kind
//!   ladder      rows that need more than their own type
//!   run         rows in, rows out: one dispatch a call
//!   activation  RowActivation, MultiRowActivation
//!   trainable   RowTrainable, MultiRowTrainable: the gradients of parameters
//!   element_wise  activations of numbers as functions of rows
//!   gradcheck   both products beside difference quotients
//!   axis        the same along an axis of ndarray's arrays
//! ```
//!
//! A [`RowKernel`] is a sequence of passes over the rows, generic over the [`Cell`] that a row is computed in. Rows
//! of f32 are computed in f32 registers; what is summed settles in f64 every 16 registers (see [`Sum`]), and scalars
//! are f64. Where that isn't enough (something overflowed, underflowed, or a result isn't finite though all inputs
//! are), the row is computed again in f64, and if need be in [`Extended`](crate::extended::Extended) numbers. So rows
//! of size 10³⁰ and 10⁻³⁰ come out right, however the function is spelled.

pub mod activation;
#[cfg(feature = "ndarray")]
pub mod axis;
mod bounded;
pub mod call;
pub mod callee;
pub mod cell;
mod compute;
pub mod element;
pub mod element_wise;
pub mod gradcheck;
mod ladder;
mod method;
pub mod passes;
mod precise;
mod rows;
mod run;
pub mod shape;
pub mod terms;
pub mod trainable;
pub mod widened;

pub use activation::{MultiRowActivation, RowActivation, number, row};
pub use callee::{Callee, Gives, room};
pub use cell::Cell;
pub use element_wise::ElementWise;
pub use passes::{At, Passes};
pub use shape::Shape;
pub use terms::{Dot, Max, Min, Moments, Peak, Positive, Prod, Sum, Terms};
pub use trainable::{MultiRowTrainable, RowTrainable};

use core::marker::PhantomData;

use crate::kernel::Info;
use crate::real::Real;

/// The argument, or the result, of a function of rows: `fn softmax(x: Row<f32>) -> Row<f32>`.
///
/// It stands in declarations only. The body is written without borrows: arithmetic and functions are element by
/// element, a scalar serves every element, and `sum`, `mean`, `max`, `min`, `prod`, `norm`, `dot` and `logsumexp`
/// make a scalar of a row. There is no value of this type; the fn itself takes slices.
#[derive(Debug)]
pub struct Row<T>(PhantomData<T>);

/// The [`RowKernel::Output`] of a function that gives a row.
pub type ToRow = [(); 1];
/// The [`RowKernel::Output`] of a function that gives a scalar.
pub type ToScalar = [(); 0];

/// The passes of [`RowKernel::value`]: `N` rows in, the output out.
pub type Value<'a, R, const N: usize, Output> = Passes<'a, R, [(); N], Output>;
/// The passes of [`RowKernel::pullback`]: `N` rows and the incoming gradient in, `N` gradients out.
pub type Pullback<'a, R, const N: usize, Output> = Passes<'a, R, ([(); N], Output), [(); N]>;
/// The passes of [`RowKernel::pushforward`]: `N` rows and a tangent of each in, the output's tangent out.
pub type Pushforward<'a, R, const N: usize, Output> = Passes<'a, R, ([(); N], [(); N]), Output>;
/// The passes of [`RowParametric::parameter_pullback`]: `N` rows and the incoming gradient in.
pub type ParameterPullback<'a, R, const N: usize, Output> = Passes<'a, R, ([(); N], Output), [(); 0]>;

/// Rows of fewer elements than this are short.
pub const SHORT: usize = 8;

/// The largest number of a row as layers see them.
pub const ORDINARY: core::ops::RangeInclusive<f64> = 0.00390625..=16.0;

/// What rows are computed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// The type of their elements, and more where a row needs it.
    Own,
    /// f64 for rows of fewer than [`SHORT`] elements, which cancel more easily (two numbers less their mean are one
    /// number), [`Own`](Self::Own) for longer ones.
    Short,
    /// f64: for functions that cancel.
    Double,
    /// [`Bounded`](Self::Bounded) for rows whose largest number isn't [`ORDINARY`], f64 for others.
    Adaptive,
    /// f64 that knows its error, and as many bits as it takes where that is too large: for functions in which more
    /// cancels than f64 has.
    Bounded,
    /// [`Extended`](crate::extended::Extended) numbers: to judge the others by.
    Extended,
}

/// A function of `N` rows of equal length, and its products with vectors, generic over what rows are computed in.
pub trait RowKernel<const N: usize> {
    /// [`ToRow`] or [`ToScalar`].
    type Output: Shape;
    /// What is known at compile time.
    const INFO: Info;
    /// What `value`, `pullback` and `pushforward` have to be computed in from the outset.
    const PRECISION: [Precision; 3] = [Precision::Own; 3];
    /// How many rows `value`, `pullback`, `pushforward` and [`RowParametric::parameter_pullback`] need for what the
    /// functions that they call are given and give.
    const ROOM: [usize; 4] = [0; 4];

    /// y = f(x).
    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, N, Self::Output>);
    /// The vector–Jacobian product dx = Jᵀ·dy.
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, N, Self::Output>);
    /// The same, where the inputs are not x but the output y = f(x). It is there if [`Info::saves`] says that the output
    /// suffices, and gives NaN (the default) otherwise.
    #[inline(always)]
    fn pullback_from_output<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, N, Self::Output>) {
        p.map(
            #[inline(always)]
            |At { position, .. }| [position.constant(f64::NAN); N],
        );
    }
    /// The Jacobian–vector product dy = J·v.
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, N, Self::Output>);
}

/// The gradient of a [`RowKernel`] with `P` parameters with respect to these.
pub trait RowParametric<const N: usize, const P: usize>: RowKernel<N> + Sized {
    /// Σ dyᵢ·∂yᵢ/∂p of a row for each parameter, in the order of the fields.
    fn parameter_pullback<R: Cell<Scalar = S>, S: Real>(
        &self,
        p: &mut ParameterPullback<'_, R, N, Self::Output>,
    ) -> [S; P];
    /// A value of the same shape as the kernel that holds these numbers as its fields.
    fn from_gradient(gradient: [f64; P]) -> Self;
}
