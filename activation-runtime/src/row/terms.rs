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
    /// Accumulates the numbers of two registers.
    fn add_two(self, other: Self, state: Self::State) -> Self::State;
    /// Puts by what has been accumulated since the last time: at most 16 registers.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn settle(state: Self::State) -> Self::State {
        state
    }
    /// With the reduction's neutral element where the mask isn't set.
    fn only(self, mask: R::Mask) -> Self;
    /// The results; `trouble` is set where one can't be trusted.
    fn finish(state: Self::State, trouble: &mut bool) -> Self::Results;
}

/// Judges a result.
#[cfg_attr(not(debug_assertions), inline(always))]
fn judged<R: Cell>(reduction: Reduction, result: R::Scalar, trouble: &mut bool) -> R::Scalar {
    *trouble |= !R::trusts(reduction, result);
    result
}

/// Σ e.
///
/// The numbers of 16 registers are added up, pair by pair, in the type that the row is computed in, and these sums are
/// accumulated in f64, lane by lane, then across the lanes in a tree. So n terms err by at most
/// (9ε + (n/lanes + log₂ lanes)·2⁻⁵³)·Σ|e|, ε half the distance from 1 to the next number, however many there are; and
/// by 3ε where all are equal, by less than one where they aren't, as each lane rounds for itself. What is left of four
/// registers is accumulated in f64 one by one. The order depends on nothing but the length of the row and the width of
/// the registers.
#[derive(Debug, Clone, Copy)]
pub struct Sum<R>(pub R);

impl<R: Cell> Terms<R> for Sum<R> {
    /// The sum so far, and what is to be added to it: at first −0, to which anything can be added for nothing.
    type State = (R::Total, R);
    type Results = R::Scalar;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn start(token: R::Token) -> Self::State {
        let zero = R::zero(token);
        (zero.total(), zero.constant(-0.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, (total, recent): Self::State) -> Self::State {
        (total, recent + self.0)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_two(self, other: Self, (total, recent): Self::State) -> Self::State {
        (total, recent + (self.0 + other.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn settle((total, recent): Self::State) -> Self::State {
        (total + recent.total(), recent.constant(-0.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn only(self, mask: R::Mask) -> Self {
        Self(R::select(mask, self.0, self.0.constant(0.0)))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish((total, _): Self::State, trouble: &mut bool) -> R::Scalar {
        judged::<R>(Reduction::Sum, R::sum(total), trouble)
    }
}

/// Σ e of numbers that are positive: where it is 0, all of them have underflowed.
#[derive(Debug, Clone, Copy)]
pub struct Positive<R>(pub R);

impl<R: Cell> Terms<R> for Positive<R> {
    type State = <Sum<R> as Terms<R>>::State;
    type Results = R::Scalar;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn start(token: R::Token) -> Self::State {
        Sum::start(token)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, state: Self::State) -> Self::State {
        Sum(self.0).add(state)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_two(self, other: Self, state: Self::State) -> Self::State {
        Sum(self.0).add_two(Sum(other.0), state)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn settle(state: Self::State) -> Self::State {
        Sum::settle(state)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn only(self, mask: R::Mask) -> Self {
        Self(Sum(self.0).only(mask).0)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish((total, _): Self::State, trouble: &mut bool) -> R::Scalar {
        judged::<R>(Reduction::Positive, R::sum(total), trouble)
    }
}

/// Σ a·b.
///
/// As [`Sum`]: the products of four registers are made and added to one another in the type that the row is computed
/// in; those of fewer registers are made in f64 as well, where the products of two f32 are exact.
/// The bound is (10ε + (n/lanes + log₂ lanes)·2⁻⁵³)·Σ|a·b|.
#[derive(Debug, Clone, Copy)]
pub struct Dot<R>(pub R, pub R);

impl<R: Cell> Terms<R> for Dot<R> {
    /// The sum so far, and what is to be added to it.
    type State = (R::Total, R);
    type Results = R::Scalar;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn start(token: R::Token) -> Self::State {
        let zero = R::zero(token);
        (zero.total(), zero.constant(-0.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, (total, recent): Self::State) -> Self::State {
        (self.0.total().mul_add(self.1.total(), total), recent)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_two(self, other: Self, (total, recent): Self::State) -> Self::State {
        (total, recent + self.0.mul_add(self.1, other.0 * other.1))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn settle((total, recent): Self::State) -> Self::State {
        (total + recent.total(), recent.constant(-0.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn only(self, mask: R::Mask) -> Self {
        let zero = self.0.constant(0.0);
        Self(R::select(mask, self.0, zero), R::select(mask, self.1, zero))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish((total, _): Self::State, trouble: &mut bool) -> R::Scalar {
        judged::<R>(Reduction::Dot, R::sum(total), trouble)
    }
}

/// Π e, in f64.
#[derive(Debug, Clone, Copy)]
pub struct Prod<R>(pub R);

impl<R: Cell> Terms<R> for Prod<R> {
    type State = R::Total;
    type Results = R::Scalar;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn start(token: R::Token) -> R::Total {
        R::zero(token).total().constant(1.0)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, state: R::Total) -> R::Total {
        state * self.0.total()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_two(self, other: Self, state: R::Total) -> R::Total {
        state * (self.0.total() * other.0.total())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn only(self, mask: R::Mask) -> Self {
        Self(R::select(mask, self.0, self.0.constant(1.0)))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish(state: R::Total, trouble: &mut bool) -> R::Scalar {
        judged::<R>(Reduction::Prod, R::product(state), trouble)
    }
}

macro_rules! extremum {
    ($(#[$doc:meta])* $name:ident, $method:ident, $across:ident, $neutral:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name<R>(pub R);

        impl<R: Cell> Terms<R> for $name<R> {
            type State = R;
            type Results = R::Scalar;

            #[cfg_attr(not(debug_assertions), inline(always))]
            fn start(token: R::Token) -> R {
                R::zero(token).constant(f64::$neutral)
            }
            // The state is the second operand: what is tested for NaN then doesn't wait for it.
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn add(self, state: R) -> R {
                self.0.$method(state)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn add_two(self, other: Self, state: R) -> R {
                self.0.$method(other.0).$method(state)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn only(self, mask: R::Mask) -> Self {
                Self(R::select(mask, self.0, self.0.constant(f64::$neutral)))
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn finish(state: R, trouble: &mut bool) -> R::Scalar {
                judged::<R>(Reduction::Extremum, state.$across(), trouble)
            }
        }
    };
}

extremum! {
    /// The largest e; NaN if any is NaN.
    Max, max, largest, NEG_INFINITY
}
extremum! {
    /// The largest e, where a NaN may be passed over as it shows elsewhere: what is subtracted before exponentials that
    /// are summed.
    Peak, peak, largest, NEG_INFINITY
}
extremum! {
    /// The smallest e; NaN if any is NaN.
    Min, min, smallest, INFINITY
}

/// Several reductions of a kind in one pass.
impl<R: Cell, T: Terms<R>, const P: usize> Terms<R> for [T; P] {
    type State = [T::State; P];
    type Results = [T::Results; P];

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn start(token: R::Token) -> Self::State {
        [T::start(token); P]
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, mut state: Self::State) -> Self::State {
        for (state, term) in state.iter_mut().zip(self) {
            *state = term.add(*state);
        }
        state
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_two(self, other: Self, mut state: Self::State) -> Self::State {
        for (state, (term, other)) in state.iter_mut().zip(self.into_iter().zip(other)) {
            *state = term.add_two(other, *state);
        }
        state
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn settle(mut state: Self::State) -> Self::State {
        for state in &mut state {
            *state = T::settle(*state);
        }
        state
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn only(mut self, mask: R::Mask) -> Self {
        for term in &mut self {
            *term = term.only(mask);
        }
        self
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish(state: Self::State, trouble: &mut bool) -> Self::Results {
        state.map(
            #[cfg_attr(not(debug_assertions), inline(always))]
            |state| T::finish(state, trouble),
        )
    }
}

/// Several reductions in one pass.
macro_rules! tuple {
    ($($term:ident $i:tt),*) => {
        impl<R: Cell, $($term: Terms<R>),*> Terms<R> for ($($term,)*) {
            type State = ($($term::State,)*);
            type Results = ($($term::Results,)*);

            #[cfg_attr(not(debug_assertions), inline(always))]
            fn start(token: R::Token) -> Self::State {
                ($($term::start(token),)*)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn add(self, state: Self::State) -> Self::State {
                ($(self.$i.add(state.$i),)*)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn add_two(self, other: Self, state: Self::State) -> Self::State {
                ($(self.$i.add_two(other.$i, state.$i),)*)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn settle(state: Self::State) -> Self::State {
                ($($term::settle(state.$i),)*)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn only(self, mask: R::Mask) -> Self {
                ($(self.$i.only(mask),)*)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
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
