//! What a sweep reads and writes: slices, and registers on their way from and to them.

use core::iter::zip;

use crate::array::map;
use crate::float::Float;
use crate::kernel::either;
use crate::pass::Results;
use crate::sum::Sum;
use crate::vector::Vector;

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

/// Room for the widest pair of registers: 32 numbers.
pub(crate) type Block<T> = [T; 32];

impl<T, const N: usize, const Y: usize, const D: usize> Slices<'_, T, N, Y, D> {
    /// Keeps what is before `at` and returns the rest.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        Self {
            x: self.x.each_mut().map(|x| x.split_off(at..).unwrap_or_default()),
            dy: self.dy.split_off(at..).unwrap_or_default(),
            y: self.y.each_mut().map(|y| y.split_off_mut(at..).unwrap_or_default()),
            dx: self.dx.each_mut().map(|dx| dx.split_off_mut(at..).unwrap_or_default()),
        }
    }

    /// The first `len` of each.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn of_length(self, len: usize) -> Self {
        Self {
            x: self.x.map(|x| &x[..len]),
            dy: &self.dy[..len],
            y: self.y.map(|y| &mut y[..len]),
            dx: self.dx.map(|dx| &mut dx[..len]),
        }
    }

    /// The registers that start at `at`.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn load<V: Vector<Scalar = T>>(&self, token: V::Token, at: usize) -> ([V; N], V) {
        let here = at..at + V::LANES;
        let dy = V::load(token, &self.dy[here.clone()]);
        let load = map(
            self.x,
            dy,
            #[inline(always)]
            |x| V::load(token, &x[here.clone()]),
        );
        (load, dy)
    }

    /// Writes values and gradients from `at` on.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn store<V: Vector<Scalar = T>, const S: usize>(
        &mut self,
        at: usize,
        results: &Results<V, Y, D, S>,
    ) {
        let here = at..at + V::LANES;
        for (to, from) in self.y.iter_mut().zip(results.y) {
            from.store(&mut to[here.clone()]);
        }
        for (to, from) in self.dx.iter_mut().zip(results.dx) {
            from.store(&mut to[here.clone()]);
        }
    }
}

/// The lanes of a vector.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn block<V: Vector<Scalar: Float>>(vector: V) -> Block<V::Scalar> {
    let mut block = [V::Scalar::default(); 32];
    vector.store(&mut block[..V::LANES]);
    block
}

/// The lanes that are set in each mask, among the first `used`; `None` where none is in any.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn lanes_of<V: Vector>(masks: [Option<V::Mask>; 3], used: usize) -> Option<[u64; 3]> {
    if !either(either(masks[0], masks[1]), masks[2]).is_some_and(V::any) {
        return None;
    }
    let in_use = u64::MAX >> (64 - used);
    Some(masks.map(|mask| mask.map_or(0, |mask| V::bitmask(mask) & in_use)))
}

/// Running sums of the terms in the lanes that count.
pub(crate) struct Terms<V: Vector, const S: usize> {
    sums: [Sum<V>; S],
    zero: V,
    counts: V::Mask,
    /// Of the terms that were computed again.
    pub(crate) mended: [Sum<f64>; S],
}

impl<V: Vector<Scalar: Float>, const S: usize> Terms<V, S> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn new(token: V::Token) -> Self {
        let zero = V::splat(token, V::Scalar::default());
        Self { sums: [Sum::new(zero); S], zero, counts: zero.eq(zero), mended: [Sum::new(0.0); S] }
    }

    /// From here on, the first `used` lanes count.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn count_first(&mut self, token: V::Token, used: usize) {
        if S > 0 {
            let mut ones = [V::Scalar::default(); 32];
            ones[..used].fill(V::Scalar::from_f64(1.0));
            self.counts = V::load(token, &ones[..V::LANES]).ne(self.zero);
        }
    }

    /// Adds the terms, but for those in the lanes of a mask.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn add(&mut self, terms: [V; S], except: Option<V::Mask>) {
        let counts = except.map_or(
            self.counts,
            #[inline(always)]
            |except| self.counts & !except,
        );
        for (sum, term) in self.sums.iter_mut().zip(terms) {
            sum.add(V::select(counts, term, self.zero));
        }
    }

    /// The sums over all lanes.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn sums(self) -> [Sum<f64>; S] {
        let mut all = self.mended;
        for (all, sum) in all.iter_mut().zip(self.sums) {
            for (total, error) in zip(block(sum.parts()[0]), block(sum.parts()[1])).take(V::LANES) {
                all.merge(Sum::of_parts([total.to_f64(), error.to_f64()]));
            }
        }
        all
    }
}

/// A copy of slices that are shorter than a pair of registers, with room to fill one.
pub(crate) struct Padding<T, const N: usize, const Y: usize, const D: usize> {
    x: [Block<T>; N],
    dy: Block<T>,
    y: [Block<T>; Y],
    dx: [Block<T>; D],
}

impl<T: Float, const N: usize, const Y: usize, const D: usize> Padding<T, N, Y, D> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn of(slices: &Slices<'_, T, N, Y, D>) -> Self {
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

    /// The first `len` of each.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn slices(&mut self, len: usize) -> Slices<'_, T, N, Y, D> {
        Slices {
            x: self.x.each_ref().map(|x| &x[..len]),
            dy: &self.dy[..len],
            y: self.y.each_mut().map(|y| &mut y[..len]),
            dx: self.dx.each_mut().map(|dx| &mut dx[..len]),
        }
    }

    /// Copies the results to where they belong.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn write_to(&self, slices: &mut Slices<'_, T, N, Y, D>) {
        for (to, from) in slices.y.iter_mut().zip(&self.y) {
            to.copy_from_slice(&from[..to.len()]);
        }
        for (to, from) in slices.dx.iter_mut().zip(&self.dx) {
            to.copy_from_slice(&from[..to.len()]);
        }
    }
}
