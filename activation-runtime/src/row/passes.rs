//! The loops over one row: a kernel says what happens at a position, [`Passes`] does it at all of them.

use super::cell::{Cell, MOST_LANES};
use super::shape::Shape;
use super::terms::Terms;

/// Registers that are worked on before sums settle.
const GROUP: usize = 4;

/// What a closure sees at the positions of one register.
#[derive(Debug)]
pub struct At<R, I: Shape, O: Shape> {
    /// The numbers of the input rows.
    pub input: I::Of<R>,
    /// What an earlier pass wrote to the output rows (anything, before that).
    pub stored: O::Of<R>,
    /// How far into the row.
    pub position: R,
}

/// One row of each input and output, to be passed over any number of times.
///
/// A pass reads the inputs and what earlier passes left in the outputs; it gives reductions, or new outputs, or
/// both. Four registers are worked on at a time; the last one is padded with what stands at its first position, and
/// what it computes there is neither stored nor accumulated.
#[derive(Debug)]
pub struct Passes<'a, R: Cell, I: Shape, O: Shape> {
    pub(super) token: R::Token,
    pub(super) length: usize,
    pub(super) inputs: I::Of<&'a [R::Element]>,
    pub(super) outputs: O::Of<&'a mut [R::Element]>,
    /// The numbers from the last full register on, padded; anything if there are none.
    pub(super) tails: I::Of<R>,
    /// The same of the outputs.
    pub(super) stored: O::Of<R>,
    pub(super) upstream: R::Scalar,
    pub(super) outcome: &'a mut Outcome<R::Scalar>,
    /// Rows for what other functions are given and give, of which nothing is known.
    pub(super) room: &'a mut [R::Element],
}

/// What comes of a row besides other rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome<S> {
    /// The result of a function that gives a scalar.
    pub(super) result: S,
    /// Whether something overflowed or underflowed, or looks like it.
    pub(super) trouble: bool,
}

impl<S> Outcome<S> {
    /// Of passes that haven't been made yet.
    pub(super) fn new(zero: S) -> Self {
        Self { result: zero, trouble: false }
    }
}

impl<'a, R: Cell, I: Shape, O: Shape> Passes<'a, R, I, O> {
    /// The passes over one row, which isn't empty. Where the caller has just cut the rows to `length`, one bounds
    /// check serves all of them.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn new(
        token: R::Token,
        length: usize,
        inputs: I::Of<&'a [R::Element]>,
        outputs: O::Of<&'a mut [R::Element]>,
        upstream: R::Scalar,
        outcome: &'a mut Outcome<R::Scalar>,
        room: &'a mut [R::Element],
    ) -> Self {
        const { assert!(R::LANES <= MOST_LANES) };
        let full = length - length % R::LANES;
        let zero = R::zero(token);
        let tails = if full < length { I::load_tail(token, &inputs, full) } else { I::repeat(zero) };
        Self { token, length, inputs, outputs, tails, stored: O::repeat(zero), upstream, outcome, room }
    }
}

impl<R: Cell, I: Shape, O: Shape> Passes<'_, R, I, O> {
    /// The number of elements of the row.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn length(&self) -> R::Scalar {
        R::scalar(self.length as f64)
    }

    /// The incoming gradient of a function that gives a scalar.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn upstream(&self) -> R::Scalar {
        self.upstream
    }

    /// The result of a function that gives a scalar.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn give(&mut self, result: R::Scalar) {
        self.outcome.result = result;
    }

    /// A scalar at every position.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn splat(&mut self, scalar: R::Scalar) -> R {
        self.outcome.trouble |= !R::holds(scalar);
        R::splat(self.token, scalar)
    }

    /// Reduces what `f` computes.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn reduce<T: Terms<R>>(&mut self, f: impl Fn(At<R, I, O>) -> T) -> T::Results {
        self.pass::<T, false>(
            #[cfg_attr(not(debug_assertions), inline(always))]
            |at| (f(at), None),
        )
    }

    /// Reduces the first of what `f` computes, and stores the second in the outputs.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn reduce_storing<T: Terms<R>>(&mut self, f: impl Fn(At<R, I, O>) -> (T, O::Of<R>)) -> T::Results {
        self.pass::<T, false>(
            #[cfg_attr(not(debug_assertions), inline(always))]
            |at| {
                let (terms, outputs) = f(at);
                (terms, Some(outputs))
            },
        )
    }

    /// Writes what `f` computes to the outputs.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn map(&mut self, f: impl Fn(At<R, I, O>) -> O::Of<R>) {
        self.pass::<Nothing, true>(
            #[cfg_attr(not(debug_assertions), inline(always))]
            |at| (Nothing, Some(f(at))),
        );
    }

    /// The loop. `CHECK`: whether outputs are final and have to be finite.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn pass<T: Terms<R>, const CHECK: bool>(
        &mut self,
        f: impl Fn(At<R, I, O>) -> (T, Option<O::Of<R>>),
    ) -> T::Results {
        let token = self.token;
        let lanes = R::LANES;
        let full = self.length - self.length % lanes;
        let zero = R::zero(token);
        let step = zero.constant(lanes as f64);
        let mut position = R::positions(token);
        let mut state = T::start(token);
        // One for each register of a pair: a sum of them all would wait for itself.
        let mut checks = [zero; 2];

        let mut at = 0;
        while full - at >= GROUP * lanes {
            for _ in 0..GROUP / 2 {
                let (first, outputs) = f(self.look(at, position));
                self.keep::<CHECK>(outputs, at, &mut checks[0]);
                let (second, outputs) = f(self.look(at + lanes, position + step));
                self.keep::<CHECK>(outputs, at + lanes, &mut checks[1]);
                state = first.add_two(second, state);
                at += 2 * lanes;
                position = position + step + step;
            }
            state = T::settle(state);
        }
        while full - at >= lanes {
            let (terms, outputs) = f(self.look(at, position));
            self.keep::<CHECK>(outputs, at, &mut checks[0]);
            state = T::settle(terms.add(state));
            at += lanes;
            position = position + step;
        }
        if at < self.length {
            let rest = self.length - at;
            let (terms, outputs) = f(self.look_at_tail(position));
            let used = R::positions(token).lt(zero.constant(rest as f64));
            state = T::settle(terms.only(used).add(state));
            if let Some(outputs) = outputs {
                if CHECK {
                    checks[0] = O::check(&outputs, checks[0]);
                }
                self.stored = O::copied(&outputs);
                O::store_tail(outputs, &mut self.outputs, at);
            }
        }
        self.outcome.trouble |= CHECK && (checks[0] + checks[1]).any_nan();
        T::finish(state, &mut self.outcome.trouble)
    }

    /// Stores outputs if there are any.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn keep<const CHECK: bool>(&mut self, outputs: Option<O::Of<R>>, at: usize, check: &mut R) {
        if let Some(outputs) = outputs {
            if CHECK {
                *check = O::check(&outputs, *check);
            }
            O::store(outputs, &mut self.outputs, at);
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn look(&self, at: usize, position: R) -> At<R, I, O> {
        At {
            input: I::load(self.token, &self.inputs, at),
            stored: O::reload(self.token, &self.outputs, at),
            position,
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn look_at_tail(&self, position: R) -> At<R, I, O> {
        At { input: I::copied(&self.tails), stored: O::copied(&self.stored), position }
    }
}

/// No reduction.
#[derive(Debug, Clone, Copy)]
struct Nothing;

impl<R: Cell> Terms<R> for Nothing {
    type State = ();
    type Results = ();

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn start(_: R::Token) {}
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add(self, (): ()) {}
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_two(self, _: Self, (): ()) {}
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn settle((): ()) {}
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn only(self, _: R::Mask) -> Self {
        self
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish((): (), _: &mut bool) {}
}
