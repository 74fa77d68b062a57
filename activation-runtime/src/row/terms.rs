//! What a pass reduces: `Sum(e)`, `Max(e)` … of the numbers at hand, and tuples of such.

use super::cell::{Cell, Reduction};
use crate::arith::Arith;

/// A reduction, or several, of what a closure computes at every position of a row.
pub trait Terms<R: Cell>: Copy {
    /// What is accumulated, lane by lane.
    type State: Copy;
    /// A scalar for each reduction.
    type Results;

    /// Whether [`begin`](Self::begin) does anything.
    const BEGINS: bool = false;

    /// Nothing accumulated yet.
    fn start(token: R::Token) -> Self::State;
    /// Takes a look at a register from the middle of the row, which isn't accumulated yet.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin(self, _token: R::Token, state: Self::State) -> Self::State {
        state
    }
    /// Accumulates the numbers of one register.
    fn add(self, state: Self::State) -> Self::State;
    /// Accumulates the numbers of two registers.
    fn add_two(self, other: Self, state: Self::State) -> Self::State;
    /// Puts by what has been accumulated since the last time: at most 16 registers.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn settle(state: Self::State) -> Self::State {
        state
    }
    /// Accumulates the numbers of one register where the mask is set.
    fn add_only(self, mask: R::Mask, state: Self::State) -> Self::State;
    /// The results of a row of so many numbers; `trouble` is set where one can't be trusted.
    fn finish(state: Self::State, length: usize, trouble: &mut bool) -> Self::Results;
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
    fn add_only(self, mask: R::Mask, state: Self::State) -> Self::State {
        Self(R::select(mask, self.0, self.0.constant(0.0))).add(state)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish((total, _): Self::State, _: usize, trouble: &mut bool) -> R::Scalar {
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
    fn add_only(self, mask: R::Mask, state: Self::State) -> Self::State {
        Sum(self.0).add_only(mask, state)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish((total, _): Self::State, _: usize, trouble: &mut bool) -> R::Scalar {
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
    fn add_only(self, mask: R::Mask, state: Self::State) -> Self::State {
        let zero = self.0.constant(0.0);
        Self(R::select(mask, self.0, zero), R::select(mask, self.1, zero)).add(state)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish((total, _): Self::State, _: usize, trouble: &mut bool) -> R::Scalar {
        judged::<R>(Reduction::Dot, R::sum(total), trouble)
    }
}

/// Σ e and Σ (e − mean)², in one pass.
///
/// The numbers are taken relative to a pivot, the mean of a register from the middle of the row, and their sum and the sum of their
/// squares are accumulated as those of [`Sum`] and [`Dot`]; what the mean is off the pivot is put right in f64. Where
/// little is left of the squares then ([`Cell::is_cancelled`]), as the pivot isn't where most of the numbers are, it
/// isn't trusted; otherwise it errs by eight times more at most than that of [`Dot`], and by hardly more where the numbers
/// are alike all over the row.
#[derive(Debug, Clone, Copy)]
pub struct Moments<R>(pub R);

impl<R: Cell> Moments<R> {
    /// The number relative to the pivot.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn about(self, pivot: R) -> R {
        self.0 - pivot
    }
}

impl<R: Cell> Terms<R> for Moments<R> {
    /// The pivot, and the sums about it.
    type State = (R, <Sum<R> as Terms<R>>::State, <Dot<R> as Terms<R>>::State);
    /// The sum, and the sum of squares.
    type Results = (R::Scalar, R::Scalar);
    const BEGINS: bool = true;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn start(token: R::Token) -> Self::State {
        (R::zero(token), Sum::start(token), Dot::<R>::start(token))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin(self, token: R::Token, (_, sum, squares): Self::State) -> Self::State {
        let mean = R::sum(self.0.total()) * R::scalar(1.0 / R::LANES as f64);
        (R::splat(token, mean).exactly(), sum, squares)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, (pivot, sum, squares): Self::State) -> Self::State {
        let e = self.about(pivot);
        (pivot, Sum(e).add(sum), Dot(e, e).add(squares))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_two(self, other: Self, (pivot, sum, squares): Self::State) -> Self::State {
        let (e, other) = (self.about(pivot), other.about(pivot));
        (pivot, Sum(e).add_two(Sum(other), sum), Dot(e, e).add_two(Dot(other, other), squares))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn settle((pivot, sum, squares): Self::State) -> Self::State {
        (pivot, Sum::settle(sum), Dot::settle(squares))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_only(self, mask: R::Mask, (pivot, sum, squares): Self::State) -> Self::State {
        let e = R::select(mask, self.about(pivot), pivot.constant(0.0));
        (pivot, Sum(e).add(sum), Dot(e, e).add(squares))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish(
        (pivot, (sum, _), (squares, _)): Self::State,
        length: usize,
        trouble: &mut bool,
    ) -> Self::Results {
        let length = R::scalar(length as f64);
        let (sum, squares) = (R::sum(sum), R::sum(squares));
        let spread = squares - sum * sum * (length.constant(1.0) / length);
        *trouble |= R::is_cancelled(spread, squares);
        (
            judged::<R>(Reduction::Extremum, pivot.first().mul_add(length, sum), trouble),
            judged::<R>(Reduction::Dot, spread, trouble),
        )
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
    fn add_only(self, mask: R::Mask, state: R::Total) -> R::Total {
        Self(R::select(mask, self.0, self.0.constant(1.0))).add(state)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish(state: R::Total, _: usize, trouble: &mut bool) -> R::Scalar {
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
            fn add_only(self, mask: R::Mask, state: R) -> R {
                Self(R::select(mask, self.0, self.0.constant(f64::$neutral))).add(state)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn finish(state: R, _: usize, trouble: &mut bool) -> R::Scalar {
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
    const BEGINS: bool = T::BEGINS;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn start(token: R::Token) -> Self::State {
        [T::start(token); P]
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin(self, token: R::Token, mut state: Self::State) -> Self::State {
        for (state, term) in state.iter_mut().zip(self) {
            *state = term.begin(token, *state);
        }
        state
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
    fn settle(state: Self::State) -> Self::State {
        state.map(T::settle)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_only(self, mask: R::Mask, mut state: Self::State) -> Self::State {
        for (state, term) in state.iter_mut().zip(self) {
            *state = term.add_only(mask, *state);
        }
        state
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish(state: Self::State, length: usize, trouble: &mut bool) -> Self::Results {
        state.map(
            #[cfg_attr(not(debug_assertions), inline(always))]
            |state| T::finish(state, length, trouble),
        )
    }
}

/// Several reductions in one pass.
macro_rules! tuple {
    ($($term:ident $i:tt),*) => {
        impl<R: Cell, $($term: Terms<R>),*> Terms<R> for ($($term,)*) {
            type State = ($($term::State,)*);
            type Results = ($($term::Results,)*);
            const BEGINS: bool = $($term::BEGINS |)* false;

            #[cfg_attr(not(debug_assertions), inline(always))]
            fn start(token: R::Token) -> Self::State {
                ($($term::start(token),)*)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn begin(self, token: R::Token, state: Self::State) -> Self::State {
                ($(self.$i.begin(token, state.$i),)*)
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
            fn add_only(self, mask: R::Mask, state: Self::State) -> Self::State {
                ($(self.$i.add_only(mask, state.$i),)*)
            }
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn finish(state: Self::State, length: usize, trouble: &mut bool) -> Self::Results {
                ($($term::finish(state.$i, length, trouble),)*)
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
