//! Activations of numbers as functions of rows, for those that call them by path and don't know what they call.

use super::{
    At, Cell, ParameterPullback, Pullback, Pushforward, RowKernel, RowParametric, Sum, ToRow, Value,
};
use crate::array::map;
use crate::kernel::{Info, Kernel, MultiKernel, Parametric};
use crate::real::Real;

/// An activation at every position of `N` rows.
#[derive(Debug, Clone, Copy)]
pub struct ElementWise<K, const N: usize>(pub K);

impl<K: Kernel> RowKernel<1> for ElementWise<K, 1> {
    type Output = ToRow;
    const INFO: Info = K::INFO;

    #[inline(always)]
    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, 1, ToRow>) {
        p.map(
            #[inline(always)]
            |At { input: [x], .. }| [self.0.value(x)],
        );
    }
    #[inline(always)]
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, 1, ToRow>) {
        p.map(
            #[inline(always)]
            |At { input: ([x], [dy]), .. }| [dy * self.0.derivative(x)],
        );
    }
    #[inline(always)]
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, 1, ToRow>) {
        p.map(
            #[inline(always)]
            |At { input: ([x], [v]), .. }| [self.0.derivative(x) * v],
        );
    }
}

/// For each number of inputs but one.
macro_rules! several {
    ($($n:literal),*) => {$(
        impl<K: MultiKernel<$n>> RowKernel<$n> for ElementWise<K, $n> {
            type Output = ToRow;
            const INFO: Info = K::INFO;

            #[inline(always)]
            fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, $n, ToRow>) {
                p.map(
                    #[inline(always)]
                    |At { input, .. }| [self.0.value(input)],
                );
            }
            #[inline(always)]
            fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, $n, ToRow>) {
                p.map(
                    #[inline(always)]
                    |At { input: (x, [dy]), .. }| map(
                        self.0.gradient(x),
                        dy,
                        #[inline(always)]
                        |slope| dy * slope,
                    ),
                );
            }
            #[inline(always)]
            fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, $n, ToRow>) {
                p.map(
                    #[inline(always)]
                    |At { input: (x, v), position, .. }| {
                        let mut sum = position.constant(0.0);
                        for (slope, v) in self.0.gradient(x).into_iter().zip(v) {
                            sum = slope.mul_add(v, sum);
                        }
                        [sum]
                    },
                );
            }
        }
    )*};
}

several! { 2, 3, 4 }

/// For each number of inputs.
macro_rules! parametric {
    ($($n:literal),*) => {$(
        impl<K: Parametric<$n, P>, const P: usize> RowParametric<$n, P> for ElementWise<K, $n>
        where
            Self: RowKernel<$n, Output = ToRow>,
        {
            #[inline(always)]
            fn parameter_pullback<R: Cell<Scalar = S>, S: Real>(
                &self,
                p: &mut ParameterPullback<'_, R, $n, ToRow>,
            ) -> [S; P] {
                p.reduce(
                    #[inline(always)]
                    |At { input: (x, [dy]), .. }| map(
                        self.0.parameter_gradient(x),
                        Sum(dy),
                        #[inline(always)]
                        |slope| Sum(dy * slope),
                    ),
                )
            }
            fn from_gradient(gradient: [f64; P]) -> Self {
                Self(K::from_gradient(gradient))
            }
        }
    )*};
}

parametric! { 1, 2, 3, 4 }
