//! The loops over one row: a kernel says what happens at a position, [`Passes`] does it at all of them.

use super::cell::{Cell, MOST_LANES};
use super::shape::Shape;
use super::terms::Terms;

/// Registers that are worked on at a time.
const GROUP: usize = 4;

/// Groups after which sums settle: more often costs up to a tenth of a pass.
const SETTLE: usize = 4;

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
/// both. Four registers are worked on at a time. Where the last one isn't full it reaches back: what it computes of
/// numbers that had their turn is the same once more, and isn't accumulated. The slices hold a register at least: of a
/// shorter row, padding comes first.
#[derive(Debug)]
pub struct Passes<'a, R: Cell, I: Shape, O: Shape> {
    pub(super) token: R::Token,
    pub(super) length: usize,
    /// What the slices hold: the row, and padding before one that is shorter than a register.
    pub(super) extent: usize,
    pub(super) inputs: I::Of<&'a [R::Element]>,
    pub(super) outputs: O::Of<&'a mut [R::Element]>,
    /// The last register, where it isn't full; else anything.
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
    #[expect(clippy::too_many_arguments, reason = "all that it is made of")]
    pub(super) fn new(
        token: R::Token,
        length: usize,
        extent: usize,
        inputs: I::Of<&'a [R::Element]>,
        outputs: O::Of<&'a mut [R::Element]>,
        upstream: R::Scalar,
        outcome: &'a mut Outcome<R::Scalar>,
        room: &'a mut [R::Element],
    ) -> Self {
        const { assert!(R::LANES <= MOST_LANES) };
        let tails = last_register::<R, I>(token, length, &inputs);
        let stored = O::repeat(R::zero(token));
        Self { token, length, extent, inputs, outputs, tails, stored, upstream, outcome, room }
    }
}

/// The last register of each row, where it isn't full; else zeros.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(super) fn last_register<R: Cell, I: Shape>(
    token: R::Token,
    length: usize,
    rows: &I::Of<&[R::Element]>,
) -> I::Of<R> {
    if length.is_multiple_of(R::LANES) {
        I::repeat(R::zero(token))
    } else {
        I::load(token, rows, length.max(R::LANES) - R::LANES)
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
        let zero = R::zero(token);
        let step = zero.constant(lanes as f64);
        let mut position = R::positions(token);
        let mut state = T::start(token);
        // One for each register of a pair: a sum of them all would wait for itself.
        let mut checks = [zero; 2];

        if T::BEGINS {
            let middle = self.length / lanes / 2 * lanes;
            let inputs = I::part(&self.inputs, middle..middle + lanes);
            let outputs = O::part_mut(&mut self.outputs, middle..middle + lanes);
            let position = position + zero.constant(middle as f64);
            state = f(look(token, &inputs, &outputs, 0, position)).0.begin(token, state);
        }
        let mut at = 0;
        while at + GROUP * lanes <= self.extent {
            // One bounds check a row serves all registers of the group.
            let group = at..at + GROUP * lanes;
            let inputs = I::part(&self.inputs, group.clone());
            let mut outputs = O::part_mut(&mut self.outputs, group);
            for pair in 0..GROUP / 2 {
                let (first, second) = (2 * pair * lanes, (2 * pair + 1) * lanes);
                let (terms, stored) = f(look(token, &inputs, &outputs, first, position));
                keep::<R, O, CHECK>(stored, &mut outputs, first, &mut checks[0]);
                let (others, stored) = f(look(token, &inputs, &outputs, second, position + step));
                keep::<R, O, CHECK>(stored, &mut outputs, second, &mut checks[1]);
                state = terms.add_two(others, state);
                position = position + step + step;
            }
            at += GROUP * lanes;
            if at.is_multiple_of(SETTLE * GROUP * lanes) {
                state = T::settle(state);
            }
        }
        state = T::settle(state);
        while at + lanes <= self.length {
            let inputs = I::part(&self.inputs, at..at + lanes);
            let mut outputs = O::part_mut(&mut self.outputs, at..at + lanes);
            let (terms, stored) = f(look(token, &inputs, &outputs, 0, position));
            keep::<R, O, CHECK>(stored, &mut outputs, 0, &mut checks[0]);
            state = T::settle(terms.add(state));
            at += lanes;
            position = position + step;
        }
        if at < self.length {
            // The last register reaches back, over numbers that are done or over padding.
            let back = lanes - (self.length - at);
            let position = R::positions(token) + zero.constant(at as f64 - back as f64);
            let (terms, stored) =
                f(At { input: I::copied(&self.tails), stored: O::copied(&self.stored), position });
            let new = R::positions(token).ge(zero.constant(back as f64));
            state = T::settle(terms.add_only(new, state));
            if let Some(stored) = &stored {
                self.stored = O::copied(stored);
            }
            let last = self.extent - lanes;
            keep::<R, O, CHECK>(stored, &mut self.outputs, last, &mut checks[0]);
        }
        self.outcome.trouble |= CHECK && ((checks[0] + checks[1]) * zero).any_nan();
        T::finish(state, self.length, &mut self.outcome.trouble)
    }
}

/// What there is to see from `at` on.
#[cfg_attr(not(debug_assertions), inline(always))]
fn look<R: Cell, I: Shape, O: Shape>(
    token: R::Token,
    inputs: &I::Of<&[R::Element]>,
    outputs: &O::Of<&mut [R::Element]>,
    at: usize,
    position: R,
) -> At<R, I, O> {
    At { input: I::load(token, inputs, at), stored: O::reload(token, outputs, at), position }
}

/// Stores results if there are any.
#[cfg_attr(not(debug_assertions), inline(always))]
fn keep<R: Cell, O: Shape, const CHECK: bool>(
    results: Option<O::Of<R>>,
    outputs: &mut O::Of<&mut [R::Element]>,
    at: usize,
    check: &mut R,
) {
    if let Some(results) = results {
        if CHECK {
            *check = O::check(&results, *check);
        }
        O::store(results, outputs, at);
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
    fn add_only(self, _: R::Mask, (): ()) {}
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn finish((): (), _: usize, _: &mut bool) {}
}
