//! What a sweep reads and writes: slices, and registers on their way from and to them.

use crate::adaptive::Adaptive;
use crate::array::map;
use crate::float::Float;
use crate::kernel::either;
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

/// What a pass computes at one position.
#[derive(Debug, Clone, Copy)]
pub struct Results<R, const Y: usize, const D: usize, const S: usize> {
    /// The value of the function.
    pub y: [R; Y],
    /// Its gradient with respect to each input, times `dy`.
    pub dx: [R; D],
    /// What the position adds to each sum.
    pub terms: [R; S],
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

/// The lanes of several vectors.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn blocks<V: Vector<Scalar: Float>, const M: usize>(vectors: [V; M]) -> [Block<V::Scalar>; M] {
    map(vectors, [V::Scalar::default(); 32], block)
}

/// The vectors with these lanes.
#[cfg_attr(not(debug_assertions), inline(always))]
fn vectors<V: Vector, const M: usize>(token: V::Token, blocks: &[Block<V::Scalar>; M], filler: V) -> [V; M] {
    map(
        blocks.each_ref(),
        filler,
        #[inline(always)]
        |block| V::load(token, &block[..V::LANES]),
    )
}

impl<V: Vector<Scalar: Float>, const Y: usize, const D: usize, const S: usize> Results<V, Y, D, S> {
    /// The lanes of each vector.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn to_blocks(self) -> Results<Block<V::Scalar>, Y, D, S> {
        Results { y: blocks(self.y), dx: blocks(self.dx), terms: blocks(self.terms) }
    }
}

impl<T: Float, const Y: usize, const D: usize, const S: usize> Results<Block<T>, Y, D, S> {
    /// The vectors with these lanes.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn vectors<V: Vector<Scalar = T>>(&self, token: V::Token, filler: V) -> Results<V, Y, D, S> {
        let Self { y, dx, terms } = self;
        Results {
            y: vectors(token, y, filler),
            dx: vectors(token, dx, filler),
            terms: vectors(token, terms, filler),
        }
    }

    /// Puts exact results into one lane: those of the wanted kinds.
    pub(crate) fn replace(&mut self, lane: usize, exact: &Results<Adaptive<T>, Y, D, S>, wanted: [bool; 3]) {
        let kinds = [
            (&mut self.y[..], &exact.y[..]),
            (&mut self.dx[..], &exact.dx[..]),
            (&mut self.terms[..], &exact.terms[..]),
        ];
        for ((blocks, exact), _) in kinds.into_iter().zip(wanted).filter(|(_, wanted)| *wanted) {
            for (block, exact) in blocks.iter_mut().zip(exact) {
                block[lane] = exact.to_element();
            }
        }
    }
}

impl<T: Float, const Y: usize, const D: usize, const S: usize> Results<Adaptive<T>, Y, D, S> {
    /// Whether the results of the wanted kinds are as good as more precision would make them.
    pub(crate) fn is_settled(&self, wanted: [bool; 3]) -> bool {
        let kinds = [&self.y[..], &self.dx[..], &self.terms[..]];
        kinds.iter().zip(wanted).all(|(results, wanted)| !wanted || results.iter().all(|r| r.is_settled()))
    }
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
}

impl<V: Vector<Scalar: Float>, const S: usize> Terms<V, S> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn new(token: V::Token) -> Self {
        let zero = V::splat(token, V::Scalar::default());
        Self { sums: [Sum::new(zero); S], zero, counts: zero.eq(zero) }
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

    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn add(&mut self, terms: [V; S]) {
        for (sum, term) in self.sums.iter_mut().zip(terms) {
            sum.add(V::select(self.counts, term, self.zero));
        }
    }

    /// The sums over all lanes.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn sums(self) -> [Sum<f64>; S] {
        let mut all = [Sum::new(0.0); S];
        for (all, sum) in all.iter_mut().zip(self.sums) {
            let [total, error] = blocks(sum.parts());
            for (total, error) in total.iter().zip(error).take(V::LANES) {
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
