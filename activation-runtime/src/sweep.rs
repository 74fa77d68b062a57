//! The one set of loops: slices in, slices out.
//!
//! A [`Pass`] says what happens at one position; [`sweep`] does it at all of them, two registers at a time. The
//! numbers that don't fill the last registers are copied to a padded block, on which the same code runs: an
//! element's result doesn't depend on where it stands.

use core::ops::BitOr;

use crate::array::map;
use crate::extended::Extended;
use crate::level::{Dispatch, Level, dispatch};
use crate::pair::Pair;
use crate::real::Real;
use crate::sum::Sum;
use crate::vector::{Float, Vector};

/// What happens at one position: `N` inputs and an incoming gradient give `Y` values (one or none), `D` gradients
/// and `S` terms of sums.
pub trait Pass<const N: usize, const Y: usize, const D: usize, const S: usize> {
    /// Computes the results; a pass without gradients doesn't look at `dy`.
    fn compute<R: Real>(&self, x: [R; N], dy: R) -> Results<R, Y, D, S>;
    /// Where the values, the gradients and the terms need more precision or range; `None` where no input can.
    fn rescue<R: Real>(&self, x: [R; N]) -> [Option<R::Mask>; 3];
}

/// What a [`Pass`] computes at one position.
#[derive(Debug, Clone, Copy)]
pub struct Results<R, const Y: usize, const D: usize, const S: usize> {
    /// The value of the function.
    pub y: [R; Y],
    /// Its gradient with respect to each input, times `dy`.
    pub dx: [R; D],
    /// What the position adds to each sum.
    pub terms: [R; S],
}

/// The slices of a sweep, all of one length. A pass without gradients may give any slice of that length for `dy`.
#[derive(Debug)]
pub struct Slices<'a, T, const N: usize, const Y: usize, const D: usize> {
    /// The inputs.
    pub x: [&'a [T]; N],
    /// The gradient that comes in.
    pub dy: &'a [T],
    /// Where the values go.
    pub y: [&'a mut [T]; Y],
    /// Where the gradients go.
    pub dx: [&'a mut [T]; D],
}

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

struct Sweep<'a, P, T, const N: usize, const Y: usize, const D: usize, const S: usize> {
    pass: &'a P,
    slices: Slices<'a, T, N, Y, D>,
}

/// Room for the widest pair of registers, 32 numbers.
type Block<T> = [T; 32];

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
        let lanes = Pair::<V>::LANES;
        let rest = whole.dy.len() % lanes;
        let mut tail = whole.split_off(whole.dy.len() - rest);
        let mut padding = Padding::of(&tail);
        let zero = Pair::<V>::splat(token, T::default());
        let mut sums = [Sum::new(zero); S];
        // Two rounds of one loop, so that the code of the pass is there once; the second only for a rest.
        let rounds = [(whole, lanes), (padding.slices(lanes), rest)];
        for (slices, used) in rounds.into_iter().filter(|(_, used)| *used > 0) {
            round(pass, token, slices, used, &mut sums);
        }
        padding.write_to(&mut tail);
        sums.map(fold)
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
    sums: &mut [Sum<V>; S],
) where
    V::Scalar: Float,
    P: Pass<N, Y, D, S>,
{
    let zero = V::splat(token, V::Scalar::default());
    let mut is_used = [V::Scalar::default(); 32];
    if S > 0 {
        is_used[..used].fill(V::Scalar::from_f64(1.0));
    }
    let is_used = V::load(token, &is_used[..V::LANES]).ne(zero);

    // Said to be of one length here, the slices need no bounds checks below.
    let len = slices.dy.len();
    let inputs = slices.x.map(|x| &x[..len]);
    let mut y = slices.y.map(|y| &mut y[..len]);
    let mut dx = slices.dx.map(|dx| &mut dx[..len]);
    let mut at = 0;
    while len - at >= V::LANES {
        let here = at..at + V::LANES;
        let x = map(
            inputs,
            zero,
            #[inline(always)]
            |x| V::load(token, &x[here.clone()]),
        );
        let dy = V::load(token, &slices.dy[here.clone()]);
        let mut results = pass.compute(x, dy);
        rescue(pass, token, x, dy, used, &mut results);
        for (to, from) in y.iter_mut().zip(results.y) {
            from.store(&mut to[here.clone()]);
        }
        for (to, from) in dx.iter_mut().zip(results.dx) {
            from.store(&mut to[here.clone()]);
        }
        for (sum, term) in sums.iter_mut().zip(results.terms) {
            sum.add(V::select(is_used, term, zero));
        }
        at += V::LANES;
    }
}

/// Computes the results again, in [`Extended`], where the pass asks for it.
#[inline(always)]
fn rescue<V: Vector, P, const N: usize, const Y: usize, const D: usize, const S: usize>(
    pass: &P,
    token: V::Token,
    x: [V; N],
    dy: V,
    used: usize,
    results: &mut Results<V, Y, D, S>,
) where
    V::Scalar: Float,
    P: Pass<N, Y, D, S>,
{
    let masks = pass.rescue(x);
    if !either(either(masks[0], masks[1]), masks[2]).is_some_and(V::any) {
        return;
    }
    let in_use = u64::MAX >> (64 - used);
    let bits = masks.map(|mask| mask.map_or(0, |mask| V::bitmask(mask) & in_use));
    let empty = [V::Scalar::default(); 32];
    let mut blocks = Results {
        y: map(results.y, empty, store),
        dx: map(results.dx, empty, store),
        terms: map(results.terms, empty, store),
    };
    recompute(pass, &map(x, empty, store), &store(dy), bits, &mut blocks);
    results.y = reload(token, &blocks.y, dy);
    results.dx = reload(token, &blocks.dx, dy);
    results.terms = reload(token, &blocks.terms, dy);
}

/// The lanes that are in either mask.
#[inline(always)]
fn either<M: BitOr<Output = M>>(a: Option<M>, b: Option<M>) -> Option<M> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a | b),
        (Some(one), None) | (None, Some(one)) => Some(one),
        (None, None) => None,
    }
}

/// The lanes of a vector.
#[inline(always)]
fn store<V: Vector>(vector: V) -> Block<V::Scalar>
where
    V::Scalar: Float,
{
    let mut block = [V::Scalar::default(); 32];
    vector.store(&mut block[..V::LANES]);
    block
}

/// The vectors that hold these lanes.
#[inline(always)]
fn reload<V: Vector, const M: usize>(token: V::Token, blocks: &[Block<V::Scalar>; M], filler: V) -> [V; M] {
    map(
        blocks.each_ref(),
        filler,
        #[inline(always)]
        |block| V::load(token, &block[..V::LANES]),
    )
}

/// Computes the lanes in `bits` (of the values, the gradients, the terms) again in [`Extended`].
#[cold]
#[inline(never)]
fn recompute<T: Float, P, const N: usize, const Y: usize, const D: usize, const S: usize>(
    pass: &P,
    x: &[Block<T>; N],
    dy: &Block<T>,
    bits: [u64; 3],
    results: &mut Results<Block<T>, Y, D, S>,
) where
    P: Pass<N, Y, D, S>,
{
    let mut left = bits[0] | bits[1] | bits[2];
    while left != 0 {
        let lane = left.trailing_zeros() as usize;
        left &= left - 1;
        let exact = pass.compute(x.map(|x| x[lane].into()), dy[lane].into());
        let wanted = bits.map(|bits| bits >> lane & 1 == 1);
        replace(&mut results.y, &exact.y, lane, wanted[0]);
        replace(&mut results.dx, &exact.dx, lane, wanted[1]);
        replace(&mut results.terms, &exact.terms, lane, wanted[2]);
    }
}

/// Puts the exact results into one lane, if they are wanted.
fn replace<T: Float>(blocks: &mut [Block<T>], exact: &[Extended<T>], lane: usize, wanted: bool) {
    if wanted {
        for (block, exact) in blocks.iter_mut().zip(exact) {
            block[lane] = exact.to_element();
        }
    }
}

/// The sum of all lanes.
#[inline(always)]
fn fold<V: Vector>(sum: Sum<V>) -> Sum<f64>
where
    V::Scalar: Float,
{
    let mut all = Sum::new(0.0);
    let [total, error] = sum.parts().map(store);
    for (total, error) in total.iter().zip(error).take(V::LANES) {
        all.merge(Sum::of_parts([total.to_f64(), error.to_f64()]));
    }
    all
}

impl<T, const N: usize, const Y: usize, const D: usize> Slices<'_, T, N, Y, D> {
    /// Keeps what is before `at` and returns the rest.
    #[inline(always)]
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        Self {
            x: self.x.each_mut().map(|x| x.split_off(at..).unwrap_or_default()),
            dy: self.dy.split_off(at..).unwrap_or_default(),
            y: self.y.each_mut().map(|y| y.split_off_mut(at..).unwrap_or_default()),
            dx: self.dx.each_mut().map(|dx| dx.split_off_mut(at..).unwrap_or_default()),
        }
    }
}

/// A copy of slices that are shorter than a pair of registers, with room to fill one.
struct Padding<T, const N: usize, const Y: usize, const D: usize> {
    x: [Block<T>; N],
    dy: Block<T>,
    y: [Block<T>; Y],
    dx: [Block<T>; D],
}

impl<T: Float, const N: usize, const Y: usize, const D: usize> Padding<T, N, Y, D> {
    #[inline(always)]
    fn of(slices: &Slices<'_, T, N, Y, D>) -> Self {
        let copy = |from: &[T]| {
            let mut block = [T::default(); 32];
            block[..from.len()].copy_from_slice(from);
            block
        };
        Self {
            x: slices.x.map(copy),
            dy: copy(slices.dy),
            y: [[T::default(); 32]; Y],
            dx: [[T::default(); 32]; D],
        }
    }

    #[inline(always)]
    fn slices(&mut self, len: usize) -> Slices<'_, T, N, Y, D> {
        Slices {
            x: self.x.each_ref().map(|x| &x[..len]),
            dy: &self.dy[..len],
            y: self.y.each_mut().map(|y| &mut y[..len]),
            dx: self.dx.each_mut().map(|dx| &mut dx[..len]),
        }
    }

    #[inline(always)]
    fn write_to(&self, slices: &mut Slices<'_, T, N, Y, D>) {
        for (to, from) in slices.y.iter_mut().zip(&self.y) {
            to.copy_from_slice(&from[..to.len()]);
        }
        for (to, from) in slices.dx.iter_mut().zip(&self.dx) {
            to.copy_from_slice(&from[..to.len()]);
        }
    }
}
