//! The things that a kernel computes: values, both products, the gradients of parameters.

use super::cell::Cell;
use super::passes::Passes;
use super::shape::Shape;
use super::{Precision, RowKernel, RowParametric};

/// One of the things that a kernel computes.
pub(super) trait Method<K, const N: usize>: Copy {
    /// The rows that it reads.
    type In: Shape;
    /// The rows that it writes.
    type Out: Shape;
    /// The numbers that it gives besides.
    type Numbers: Shape;
    /// Whether these numbers are anything.
    const GIVES: bool;
    /// Whether these numbers are summed over all rows.
    const SUMS: bool = false;
    /// What rows have to be computed in from the outset.
    const PRECISION: Precision;
    /// How many of the rows that it reads aren't ones that its results are linear in.
    const NONLINEAR: usize;
    /// How many rows it needs for other functions that it calls.
    const ROOM: usize;

    fn run<R: Cell>(
        self,
        kernel: &K,
        passes: &mut Passes<'_, R, Self::In, Self::Out>,
    ) -> <Self::Numbers as Shape>::Of<R::Scalar>;
}

macro_rules! method {
    ($name:ident, $method:ident, $index:literal, $in:ty => $out:ty, nonlinear: $nonlinear:expr) => {
        #[derive(Clone, Copy)]
        pub(super) struct $name;

        impl<K: RowKernel<N>, const N: usize> Method<K, N> for $name {
            type In = $in;
            type Out = $out;
            type Numbers = [(); 1];
            const GIVES: bool = K::Output::LEN == 0 && $index != 1;
            const PRECISION: Precision = K::PRECISION[$index];
            const NONLINEAR: usize = $nonlinear;
            const ROOM: usize = K::ROOM[$index];

            #[cfg_attr(not(debug_assertions), inline(always))]
            fn run<R: Cell>(self, kernel: &K, passes: &mut Passes<'_, R, $in, $out>) -> [R::Scalar; 1] {
                kernel.$method(passes);
                [passes.outcome.result]
            }
        }
    };
}

method! { Forward, value, 0, [(); N] => K::Output, nonlinear: 0 }
method! { Vjp, pullback, 1, ([(); N], K::Output) => [(); N], nonlinear: N }
method! { VjpFromOutput, pullback_from_output, 1, ([(); N], K::Output) => [(); N], nonlinear: N }
method! { Jvp, pushforward, 2, ([(); N], [(); N]) => K::Output, nonlinear: N }

/// The gradient of `P` parameters.
#[derive(Clone, Copy)]
pub(super) struct Parameters<const P: usize>;

impl<K: RowParametric<N, P>, const N: usize, const P: usize> Method<K, N> for Parameters<P> {
    type In = ([(); N], K::Output);
    type Out = [(); 0];
    type Numbers = [(); P];
    const GIVES: bool = true;
    const SUMS: bool = true;
    // What is summed over many rows must not have lost anything in any of them.
    const PRECISION: Precision = match K::PRECISION[1] {
        precision @ (Precision::Adaptive | Precision::Bounded) => precision,
        _ => Precision::Double,
    };
    const NONLINEAR: usize = N;
    const ROOM: usize = K::ROOM[3];

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn run<R: Cell>(self, kernel: &K, passes: &mut Passes<'_, R, Self::In, [(); 0]>) -> [R::Scalar; P] {
        kernel.parameter_pullback(passes)
    }
}
