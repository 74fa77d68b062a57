//! The one set of loops: slices in, slices out.
//!
//! A [`Pass`] says what happens at one position; [`sweep`] does it at all of them, two registers at a time. The
//! numbers that don't fill the last registers are copied to a padded block, on which the same code runs: an
//! element's result doesn't depend on where it stands.
//!
//! What is generic over the pass is compiled for every activation and instruction set. That is kept short; the
//! rest is in `slices`, and compiled once for all.

use crate::float::Float;
use crate::level::{Dispatch, Level, dispatch};
pub use crate::pass::Pass;
use crate::rescue::Marked;
use crate::slices::{Padding, Slices, Terms, lanes_of};
use crate::sum::Sum;
use crate::vector::Vector;

/// So many terms are summed in the precision of the elements before they go on in f64: in f32, even one lane
/// alone keeps them to 2⁻²² of the sum of their magnitudes.
const SUMMED_AT_ONCE: usize = 1 << 13;

/// Makes the pass at every position and returns the sums.
#[inline]
pub fn sweep<T: Float, P, const N: usize, const Y: usize, const D: usize, const S: usize>(
    pass: &P,
    mut slices: Slices<'_, T, N, Y, D>,
) -> [Sum<f64>; S]
where
    P: Pass<N, Y, D, S>,
{
    let mut sums = [Sum::new(0.0); S];
    let chunk = if S > 0 { SUMMED_AT_ONCE } else { usize::MAX };
    while !slices.dy.is_empty() {
        let next = slices.split_off(chunk.min(slices.dy.len()));
        for (sum, part) in sums.iter_mut().zip(dispatch(Sweep { pass, slices })) {
            sum.merge(part);
        }
        slices = next;
    }
    sums
}

/// Two registers at a time hide the latency of a polynomial's chain of additions; a debug build would only compile
/// longer for it.
#[cfg(not(debug_assertions))]
type Wide<V> = crate::pair::Pair<V>;
#[cfg(debug_assertions)]
type Wide<V> = V;

struct Sweep<'a, P, T, const N: usize, const Y: usize, const D: usize, const S: usize> {
    pass: &'a P,
    slices: Slices<'a, T, N, Y, D>,
}

impl<T: Float, P, const N: usize, const Y: usize, const D: usize, const S: usize> Dispatch
    for Sweep<'_, P, T, N, Y, D, S>
where
    P: Pass<N, Y, D, S>,
{
    type Scalar = T;
    type Output = [Sum<f64>; S];

    #[inline(always)]
    fn run<V: Vector<Scalar = T>>(self, token: V::Token, _: Level) -> [Sum<f64>; S] {
        let Self { pass, slices: mut whole } = self;
        let lanes = Wide::<V>::LANES;
        let rest = whole.dy.len() % lanes;
        let mut tail = whole.split_off(whole.dy.len() - rest);
        let mut padding = Padding::of(&tail);
        let mut terms = Terms::<Wide<V>, S>::new(token);
        // Two rounds of one loop, so that the code of the pass is there once; the second only for a rest.
        for (slices, used) in [(whole, lanes), (padding.slices(lanes), rest)] {
            if used > 0 {
                terms.count_first(token, used);
                round(pass, token, slices, used, &mut terms);
            }
        }
        padding.write_to(&mut tail);
        terms.sums()
    }
}

/// Makes the pass on all of `slices`, whose length is a multiple of the vector's; in each vector the first `used`
/// lanes count.
#[inline(always)]
fn round<V: Vector, P, const N: usize, const Y: usize, const D: usize, const S: usize>(
    pass: &P,
    token: V::Token,
    slices: Slices<'_, V::Scalar, N, Y, D>,
    used: usize,
    terms: &mut Terms<V, S>,
) where
    V::Scalar: Float,
    P: Pass<N, Y, D, S>,
{
    // Said to be of one length here, the slices need no checks below.
    let len = slices.dy.len();
    let mut slices = slices.of_length(len);
    let mut marked = Marked::new();
    let mut at = 0;
    while len - at >= V::LANES {
        let (x, dy) = slices.load::<V>(token, at);
        let results = pass.compute(x, dy);
        // Before anything is stored, which might be a parameter for all the compiler knows: what the masks share with
        // the results is computed once.
        let masks = if P::RESCUES { pass.rescue(x) } else { [None; 3] };
        slices.store(at, &results);
        terms.add(results.terms, masks[2]);
        if P::RESCUES
            && let Some(lanes) = lanes_of::<V>(masks, used)
        {
            marked.mark(at, lanes);
            if marked.is_full() {
                marked.mend(pass, &mut slices, &mut terms.mended, false);
            }
        }
        at += V::LANES;
    }
    if P::RESCUES && !marked.is_empty() {
        marked.mend(pass, &mut slices, &mut terms.mended, true);
    }
}
