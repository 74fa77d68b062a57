//! What a pass reduces: `Sum(e)`, `Max(e)` … of the numbers at hand, and tuples of such.

use super::cell::{Cell, Reduction};
use crate::arith::Arith;

/// A reduction, or several, of what a closure computes at every position of a row.
pub trait Terms<R: Cell>: Copy {
    /// What is accumulated, lane by lane.
    type State: Copy;
    /// A scalar for each reduction.
    type Results;

    /// Nothing accumulated yet.
    fn start(token: R::Token) -> Self::State;
    /// Accumulates the numbers of one register.
    fn add(self, state: Self::State) -> Self::State;
    /// With the reduction's neutral element where the mask isn't set.
    fn only(self, mask: R::Mask) -> Self;
    /// What two states have accumulated together.
    fn merge(a: Self::State, b: Self::State) -> Self::State;
    /// The results; `trouble` is set where one can't be trusted.
    fn finish(state: Self::State, trouble: &mut bool) -> Self::Results;
}

/// Folds a total and judges the result.
#[inline(always)]
fn finish<R: Cell>(
    reduction: Reduction,
    total: R::Total,
    trouble: &mut bool,
    operation: impl Fn(R::Scalar, R::Scalar) -> R::Scalar,
) -> R::Scalar {
    let result = R::fold(total, operation);
    *trouble |= !R::trusts(reduction, result);
    result
}

/// Σ e. Accumulated in f64: n terms err by at most (n/lanes + log₂ lanes)·2⁻⁵³ of the sum of their magnitudes.
#[derive(Debug, Clone, Copy)]
pub struct Sum<R>(pub R);

impl<R: Cell> Terms<R> for Sum<R> {
    type State = R::Total;
    type Results = R::Scalar;

    #[inline(always)]
    fn start(token: R::Token) -> R::Total {
        R::zero(token).total()
    }
    #[inline(always)]
    fn add(self, state: R::Total) -> R::Total {
        state + self.0.total()
    }
    #[inline(always)]
    fn only(self, mask: R::Mask) -> Self {
        Self(R::select(mask, self.0, self.0.constant(0.0)))
    }
    #[inline(always)]
    fn merge(a: R::Total, b: R::Total) -> R::Total {
        a + b
    }
    #[inline(always)]
    fn finish(state: R::Total, trouble: &mut bool) -> R::Scalar {
        finish::<R>(
            Reduction::Sum,
            state,
            trouble,
            #[inline(always)]
            |a, b| a + b,
        )
    }
}

/// Σ a·b, the products in f64 too: those of two f32 are exact.
#[derive(Debug, Clone, Copy)]
pub struct Dot<R>(pub R, pub R);

impl<R: Cell> Terms<R> for Dot<R> {
    type State = R::Total;
    type Results = R::Scalar;

    #[inline(always)]
    fn start(token: R::Token) -> R::Total {
        R::zero(token).total()
    }
    #[inline(always)]
    fn add(self, state: R::Total) -> R::Total {
        self.0.total().mul_add(self.1.total(), state)
    }
    #[inline(always)]
    fn only(self, mask: R::Mask) -> Self {
        let zero = self.0.constant(0.0);
        Self(R::select(mask, self.0, zero), R::select(mask, self.1, zero))
    }
    #[inline(always)]
    fn merge(a: R::Total, b: R::Total) -> R::Total {
        a + b
    }
    #[inline(always)]
    fn finish(state: R::Total, trouble: &mut bool) -> R::Scalar {
        finish::<R>(
            Reduction::Dot,
            state,
            trouble,
            #[inline(always)]
            |a, b| a + b,
        )
    }
}

/// Π e.
#[derive(Debug, Clone, Copy)]
pub struct Prod<R>(pub R);

impl<R: Cell> Terms<R> for Prod<R> {
    type State = R::Total;
    type Results = R::Scalar;

    #[inline(always)]
    fn start(token: R::Token) -> R::Total {
        R::zero(token).total().constant(1.0)
    }
    #[inline(always)]
    fn add(self, state: R::Total) -> R::Total {
        state * self.0.total()
    }
    #[inline(always)]
    fn only(self, mask: R::Mask) -> Self {
        Self(R::select(mask, self.0, self.0.constant(1.0)))
    }
    #[inline(always)]
    fn merge(a: R::Total, b: R::Total) -> R::Total {
        a * b
    }
    #[inline(always)]
    fn finish(state: R::Total, trouble: &mut bool) -> R::Scalar {
        finish::<R>(
            Reduction::Prod,
            state,
            trouble,
            #[inline(always)]
            |a, b| a * b,
        )
    }
}

macro_rules! extremum {
    ($(#[$doc:meta])* $name:ident, $method:ident, $neutral:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<R>(pub R);

        impl<R: Cell> Terms<R> for $name<R> {
            type State = R;
            type Results = R::Scalar;

            #[inline(always)]
            fn start(token: R::Token) -> R {
                R::zero(token).constant($neutral)
            }
            #[inline(always)]
            fn add(self, state: R) -> R {
                state.$method(self.0)
            }
            #[inline(always)]
            fn only(self, mask: R::Mask) -> Self {
                Self(R::select(mask, self.0, self.0.constant($neutral)))
            }
            #[inline(always)]
            fn merge(a: R, b: R) -> R {
                a.$method(b)
            }
            #[inline(always)]
            fn finish(state: R, trouble: &mut bool) -> R::Scalar {
                finish::<R>(
                    Reduction::Extremum,
                    state.total(),
                    trouble,
                    #[inline(always)]
                    |a, b| a.$method(b),
                )
            }
        }
    };
}

extremum! {
    /// The largest e; NaN if any is NaN.
    Max, max, f64::NEG_INFINITY
}
extremum! {
    /// The smallest e; NaN if any is NaN.
    Min, min, f64::INFINITY
}

/// Several reductions in one pass.
macro_rules! tuple {
    ($($term:ident $i:tt),*) => {
        impl<R: Cell, $($term: Terms<R>),*> Terms<R> for ($($term,)*) {
            type State = ($($term::State,)*);
            type Results = ($($term::Results,)*);

            #[inline(always)]
            fn start(token: R::Token) -> Self::State {
                ($($term::start(token),)*)
            }
            #[inline(always)]
            fn add(self, state: Self::State) -> Self::State {
                ($(self.$i.add(state.$i),)*)
            }
            #[inline(always)]
            fn only(self, mask: R::Mask) -> Self {
                ($(self.$i.only(mask),)*)
            }
            #[inline(always)]
            fn merge(a: Self::State, b: Self::State) -> Self::State {
                ($($term::merge(a.$i, b.$i),)*)
            }
            #[inline(always)]
            fn finish(state: Self::State, trouble: &mut bool) -> Self::Results {
                ($($term::finish(state.$i, trouble),)*)
            }
        }
    };
}

tuple! { A 0 }
tuple! { A 0, B 1 }
tuple! { A 0, B 1, C 2 }
tuple! { A 0, B 1, C 2, D 3 }
tuple! { A 0, B 1, C 2, D 3, E 4 }
tuple! { A 0, B 1, C 2, D 3, E 4, F 5 }
tuple! { A 0, B 1, C 2, D 3, E 4, F 5, G 6 }
tuple! { A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7 }
