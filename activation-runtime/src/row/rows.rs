//! Rows to work on.

use core::ops::Range;

use super::cell::{MOST_LANES, RowFloat};
use super::method::Method;
use super::shape::Shape;
use crate::sum;

/// Rows to work on, end to end.
pub(super) struct Rows<'a, T, I: Shape, O: Shape> {
    /// The length of a row, not 0.
    pub(super) length: usize,
    /// How many there are.
    pub(super) count: usize,
    pub(super) inputs: I::Of<&'a [T]>,
    pub(super) outputs: O::Of<&'a mut [T]>,
    /// Incoming gradients of a function that gives scalars, one a row.
    pub(super) upstream: &'a [T],
    /// Room for scalars, one a row, of a function that gives them.
    pub(super) results: &'a mut [T],
    /// The sums of the numbers of all rows, where they are summed.
    pub(super) sums: &'a mut [sum::Sum<f64>],
}

impl<T, I: Shape, O: Shape> Rows<'_, T, I, O> {
    /// Some of the rows.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn part(&mut self, rows: Range<usize>) -> Rows<'_, T, I, O> {
        let here = rows.start * self.length..rows.end * self.length;
        Rows {
            length: self.length,
            count: rows.len(),
            inputs: I::part(&self.inputs, here.clone()),
            outputs: O::part_mut(&mut self.outputs, here),
            upstream: self.upstream.get(rows.clone()).unwrap_or_default(),
            results: self.results.get_mut(rows).unwrap_or_default(),
            sums: &mut *self.sums,
        }
    }

    /// The n-th row alone.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn row(&mut self, n: usize) -> Rows<'_, T, I, O> {
        self.part(n..n + 1)
    }
}

impl<T: RowFloat, I: Shape, O: Shape> Rows<'_, T, I, O> {
    /// Takes the numbers that a method gives for one row.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn take<K, M: Method<K, N>, S: Copy, const N: usize>(
        &mut self,
        numbers: &<M::Numbers as Shape>::Of<S>,
        to_element: impl Fn(S) -> T,
        to_f64: impl Fn(S) -> f64,
    ) {
        if !M::GIVES {
            return;
        }
        let mut at = 0;
        M::Numbers::each(
            numbers,
            #[cfg_attr(not(debug_assertions), inline(always))]
            |number| {
                if M::SUMS {
                    self.sums[at].add(to_f64(number));
                } else if let Some(to) = self.results.get_mut(at) {
                    *to = to_element(number);
                }
                at += 1;
            },
        );
    }
}

/// A method of a kernel on rows.
pub(super) struct Job<'a, K, M: Method<K, N>, T, const N: usize> {
    pub(super) kernel: &'a K,
    pub(super) method: M,
    pub(super) rows: Rows<'a, T, M::In, M::Out>,
}

impl<K, M: Method<K, N>, T: RowFloat, const N: usize> Job<'_, K, M, T, N> {
    /// Rows for other functions that the kernel calls.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn room<E: Clone>(&self, zero: E) -> Vec<E> {
        vec![zero; M::ROOM * self.rows.length.max(MOST_LANES)]
    }
}
