//! What happens at one position of a sweep.

use crate::real::Real;

/// What happens at one position: `N` inputs and an incoming gradient give `Y` values (one or none), `D` gradients
/// and `S` terms of sums.
pub trait Pass<const N: usize, const Y: usize, const D: usize, const S: usize> {
    /// Whether [`rescue`](Self::rescue) gives a mask at all: where it doesn't, what computes lanes again isn't
    /// compiled.
    const RESCUES: bool;

    /// Computes the results; a pass without gradients doesn't look at `dy`.
    fn compute<R: Real>(&self, x: [R; N], dy: R) -> Results<R, Y, D, S>;
    /// Where the values, the gradients and the terms need more precision or range; `None` where no input can.
    fn rescue<R: Real>(&self, x: [R; N]) -> [Option<R::Mask>; 3];
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
