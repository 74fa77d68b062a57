//! The loops over one row: a kernel says what happens at a position, [`Passes`] does it at all of them.

use super::cell::Cell;
use super::shape::Shape;
use super::terms::Terms;

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
/// both. Two registers are worked on at a time; the last one is padded with what stands at its first position, and
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
    pub(super) result: R::Scalar,
    /// Whether something overflowed or underflowed, or looks like it.
    pub(super) trouble: bool,
}

impl<R: Cell, I: Shape, O: Shape> Passes<'_, R, I, O> {
    /// The number of elements of the row.
    #[inline(always)]
    pub fn length(&self) -> R::Scalar {
        R::scalar(self.length as f64)
    }

    /// The incoming gradient of a function that gives a scalar.
    #[inline(always)]
    pub fn upstream(&self) -> R::Scalar {
        self.upstream
    }

    /// The result of a function that gives a scalar.
    #[inline(always)]
    pub fn give(&mut self, result: R::Scalar) {
        self.result = result;
    }

    /// A scalar at every position.
    #[inline(always)]
    pub fn splat(&mut self, scalar: R::Scalar) -> R {
        self.trouble |= !R::holds(scalar);
        R::splat(self.token, scalar)
    }

    /// Reduces what `f` computes.
    #[inline(always)]
    pub fn reduce<T: Terms<R>>(&mut self, f: impl Fn(At<R, I, O>) -> T) -> T::Results {
        self.pass::<T, false, true>(
            #[inline(always)]
            |at| (f(at), None),
        )
    }

    /// Reduces the first of what `f` computes, and stores the second in the outputs.
    #[inline(always)]
    pub fn reduce_storing<T: Terms<R>>(&mut self, f: impl Fn(At<R, I, O>) -> (T, O::Of<R>)) -> T::Results {
        self.pass::<T, false, true>(
            #[inline(always)]
            |at| {
                let (terms, outputs) = f(at);
                (terms, Some(outputs))
            },
        )
    }

    /// Writes what `f` computes to the outputs.
    #[inline(always)]
    pub fn map(&mut self, f: impl Fn(At<R, I, O>) -> O::Of<R>) {
        self.pass::<Nothing, true, false>(
            #[inline(always)]
            |at| (Nothing, Some(f(at))),
        );
    }

    /// The loop. `CHECK`: whether outputs are final and have to be finite. `PAIRS`: two registers at a time.
    #[inline(always)]
    fn pass<T: Terms<R>, const CHECK: bool, const PAIRS: bool>(
        &mut self,
        f: impl Fn(At<R, I, O>) -> (T, Option<O::Of<R>>),
    ) -> T::Results {
        let token = self.token;
        let lanes = R::LANES;
        let full = self.length - self.length % lanes;
        let zero = R::zero(token);
        let step = zero.constant(lanes as f64);
        let mut position = R::positions(token);
        let mut states = [T::start(token); 2];
        let mut check = zero;

        let mut at = 0;
        while PAIRS && full - at >= 2 * lanes {
            for state in &mut states {
                let (terms, outputs) = f(self.look(at, position));
                *state = terms.add(*state);
                if let Some(outputs) = outputs {
                    if CHECK {
                        check = O::check(&outputs, check);
                    }
                    O::store(outputs, &mut self.outputs, at);
                }
                at += lanes;
                position = position + step;
            }
        }
        while full - at >= lanes {
            let (terms, outputs) = f(self.look(at, position));
            states[0] = terms.add(states[0]);
            if let Some(outputs) = outputs {
                if CHECK {
                    check = O::check(&outputs, check);
                }
                O::store(outputs, &mut self.outputs, at);
            }
            at += lanes;
            position = position + step;
        }
        if at < self.length {
            let rest = self.length - at;
            let (terms, outputs) = f(self.look_at_tail(position));
            let used = R::positions(token).lt(zero.constant(rest as f64));
            states[0] = terms.only(used).add(states[0]);
            if let Some(outputs) = outputs {
                if CHECK {
                    check = O::check(&outputs, check);
                }
                self.stored = O::copied(&outputs);
                O::store_tail(outputs, &mut self.outputs, at);
            }
        }
        self.trouble |= CHECK && check.any_nan();
        T::finish(T::merge(states[0], states[1]), &mut self.trouble)
    }

    #[inline(always)]
    fn look(&self, at: usize, position: R) -> At<R, I, O> {
        At {
            input: I::load(self.token, &self.inputs, at),
            stored: O::reload(self.token, &self.outputs, at),
            position,
        }
    }

    #[inline(always)]
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

    #[inline(always)]
    fn start(_: R::Token) {}
    #[inline(always)]
    fn add(self, (): ()) {}
    #[inline(always)]
    fn only(self, _: R::Mask) -> Self {
        self
    }
    #[inline(always)]
    fn merge((): (), (): ()) {}
    #[inline(always)]
    fn finish((): (), _: &mut bool) {}
}
