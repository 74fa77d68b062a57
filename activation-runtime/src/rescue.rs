//! Positions whose results need more than the element type has: computed again, by the same pass.
//!
//! ```text
//!   a sweep marks positions ─→ Marked, as many as registers hold
//!     in f64 registers that know their error (Bounded): most are settled
//!       one by one in numbers of 106 bits that know theirs, then of 384 (Adaptive)
//! ```
//!
//! Values, gradients and terms climb each by itself, so each comes out the same whatever it is computed with.
//! For f64 no wider registers exist, and the ladder starts at its second rung.

use core::iter::zip;

use crate::adaptive::{Adaptive, Precision};
use crate::array::map;
use crate::bounded::Bounded;
use crate::carrier::Element as _;
use crate::float::Float;
use crate::level::{Dispatch, Level, dispatch};
use crate::pass::{Pass, Results};
use crate::slices::{Slices, block};
use crate::sum::Sum;
use crate::vector::{Vector, Widen};

/// Positions that wait for being computed again.
pub(crate) struct Marked {
    at: [usize; Self::ROOM],
    len: usize,
    /// Of which the value, the gradients, the terms are wanted; a bit for each.
    wanted: [u64; 3],
}

impl Marked {
    const ROOM: usize = 64;

    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn new() -> Self {
        Self { at: [0; Self::ROOM], len: 0, wanted: [0; 3] }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether the lanes of another pair of registers may be too many.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn is_full(&self) -> bool {
        self.len > Self::ROOM / 2
    }

    /// Marks the lanes of registers that start at `first`.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn mark(&mut self, first: usize, lanes: [u64; 3]) {
        let mut left = lanes[0] | lanes[1] | lanes[2];
        while left != 0 {
            let lane = left.trailing_zeros();
            left &= left - 1;
            self.at[self.len] = first + lane as usize;
            for (wanted, lanes) in zip(&mut self.wanted, lanes) {
                *wanted |= (lanes >> lane & 1) << self.len;
            }
            self.len += 1;
        }
    }

    /// Computes the marked positions again and adds their terms to `sums`: whole registers of them, or all.
    #[cold]
    #[inline(never)]
    pub(crate) fn mend<T: Float, P, const N: usize, const Y: usize, const D: usize, const S: usize>(
        &mut self,
        pass: &P,
        slices: &mut Slices<'_, T, N, Y, D>,
        sums: &mut [Sum<f64>; S],
        all: bool,
    ) where
        P: Pass<N, Y, D, S>,
    {
        let mut done = 0;
        if const { T::PRECISION < f64::PRECISION } {
            let mend = Mend { pass, marked: self, slices, sums, all };
            // A debug build would only compile longer for the registers.
            done = if cfg!(debug_assertions) { mend.run::<T>((), Level::Scalar) } else { dispatch(mend) };
        } else {
            while done < self.len {
                let wanted = self.wanted.map(|wanted| wanted >> done & 1 == 1);
                climb(pass, slices, sums, self.at[done], wanted);
                done += 1;
            }
        }
        self.at.copy_within(done.., 0);
        self.len -= done;
        self.wanted = self.wanted.map(|wanted| wanted.checked_shr(done as u32).unwrap_or(0));
    }
}

/// The first rung, a register at a time; gives how many positions are done.
struct Mend<'a, 'b, P, T, const N: usize, const Y: usize, const D: usize, const S: usize> {
    pass: &'a P,
    marked: &'a Marked,
    slices: &'a mut Slices<'b, T, N, Y, D>,
    sums: &'a mut [Sum<f64>; S],
    all: bool,
}

impl<T: Float, P, const N: usize, const Y: usize, const D: usize, const S: usize> Dispatch
    for Mend<'_, '_, P, T, N, Y, D, S>
where
    P: Pass<N, Y, D, S>,
{
    type Scalar = T;
    type Output = usize;

    #[inline(always)]
    fn run<V: Widen<Scalar = T>>(self, token: V::Token, _: Level) -> usize {
        let Self { pass, marked, slices, sums, all } = self;
        let mut done = 0;
        while marked.len - done >= V::LANES || all && done < marked.len {
            let at = &marked.at[done..marked.len.min(done + V::LANES)];
            let dy = gather::<V>(token, slices.dy, at);
            let x = map(
                slices.x,
                dy,
                #[inline(always)]
                |x| gather::<V>(token, x, at),
            );
            let results = pass.compute(x, dy);

            let in_use = u64::MAX >> (64 - at.len());
            let settled = [settled(&results.y), settled(&results.dx), settled(&results.terms)];
            let wanted = marked.wanted.map(|wanted| wanted >> done & in_use);
            let mut left = 0;
            for (wanted, settled) in zip(wanted, settled) {
                left |= wanted & !settled;
            }
            scatter(wanted[0] & settled[0], &results.y, at, &mut slices.y);
            scatter(wanted[1] & settled[1], &results.dx, at, &mut slices.dx);
            for (sum, term) in zip(&mut *sums, results.terms) {
                let terms = block(term.value());
                for lane in lanes(wanted[2] & settled[2]) {
                    sum.add(T::from_f64(terms[lane]).to_f64());
                }
            }
            for lane in lanes(left) {
                let climbs = |i: usize| (wanted[i] & !settled[i]) >> lane & 1 == 1;
                climb(pass, slices, sums, at[lane], [climbs(0), climbs(1), climbs(2)]);
            }
            done += at.len();
        }
        done
    }
}

/// The numbers at some positions, at most as many as a register holds.
#[cfg_attr(not(debug_assertions), inline(always))]
fn gather<V: Widen<Scalar: Float>>(token: V::Token, from: &[V::Scalar], at: &[usize]) -> Bounded<V::Double> {
    let mut block = [V::Scalar::default(); 32];
    for (to, &at) in zip(&mut block, at) {
        *to = from[at];
    }
    Bounded::exact(V::load(token, &block[..V::LANES]).widen())
}

/// The lanes in which all of the numbers are settled.
#[cfg_attr(not(debug_assertions), inline(always))]
fn settled<W: Vector<Scalar = f64>, const M: usize>(numbers: &[Bounded<W>; M]) -> u64 {
    let mut all = u64::MAX;
    for number in numbers {
        all &= W::bitmask(number.is_settled());
    }
    all
}

/// The numbers of the bits that are set.
#[cfg_attr(not(debug_assertions), inline(always))]
fn lanes(mut bits: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let lane = bits.trailing_zeros() as usize;
        bits &= bits.wrapping_sub(1);
        (lane < 64).then_some(lane)
    })
}

/// Writes some of the lanes to the positions that they belong to.
#[cfg_attr(not(debug_assertions), inline(always))]
fn scatter<T: Float, W: Vector<Scalar = f64>, const M: usize>(
    wanted: u64,
    from: &[Bounded<W>; M],
    at: &[usize],
    to: &mut [&mut [T]; M],
) {
    for (from, to) in zip(from, to) {
        let numbers = block(from.value());
        for lane in lanes(wanted) {
            to[at[lane]] = T::from_f64(numbers[lane]);
        }
    }
}

/// Computes some of the results at one position in extended numbers, and in deep ones what those don't settle.
#[cold]
#[inline(never)]
fn climb<T: Float, P, const N: usize, const Y: usize, const D: usize, const S: usize>(
    pass: &P,
    slices: &mut Slices<'_, T, N, Y, D>,
    sums: &mut [Sum<f64>; S],
    at: usize,
    mut wanted: [bool; 3],
) where
    P: Pass<N, Y, D, S>,
{
    for precision in [Precision::Extended, Precision::Deep] {
        let number = |from: &[T]| Adaptive::<T>::new(from[at].to_f64(), precision);
        let Results { y, dx, terms } = pass.compute(slices.x.map(number), number(slices.dy));
        if wanted[0] && y.iter().all(|y| y.is_settled()) {
            wanted[0] = false;
            zip(&mut slices.y, y).for_each(|(to, y)| to[at] = y.to_element());
        }
        if wanted[1] && dx.iter().all(|dx| dx.is_settled()) {
            wanted[1] = false;
            zip(&mut slices.dx, dx).for_each(|(to, dx)| to[at] = dx.to_element());
        }
        if wanted[2] && terms.iter().all(|term| term.is_settled()) {
            wanted[2] = false;
            zip(&mut *sums, terms).for_each(|(sum, term)| sum.add(term.to_element().to_f64()));
        }
        if wanted == [false; 3] {
            return;
        }
    }
}
