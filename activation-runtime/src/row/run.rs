//! Rows in, rows out: one dispatch a call.

use super::cell::RowFloat;
use super::compute::compute;
use super::element::RowElement;
use super::ladder::{InDouble, climb, in_extended};
use super::method::Method;
use super::passes::Outcome;
use super::rows::{Job, Rows};
use super::shape::Shape;
use super::{Precision, SHORT};
use crate::level::{Dispatch, Level, dispatch};
use crate::vector::Widen;

/// So many elements are converted at a time, if a row isn't longer: they stay in the L1 cache.
const BLOCK: usize = 2048;

/// A method of a kernel on rows of elements: on them, or on copies of them in the type that they are computed in.
pub(super) fn run<K, M: Method<K, N>, T: RowElement, const N: usize>(
    kernel: &K,
    method: M,
    mut rows: Rows<'_, T, M::In, M::Out>,
) {
    let (length, zero) = (rows.length, T::Float::default());
    if T::as_floats(&[]).is_some() {
        let inputs = M::In::map(rows.inputs, |row: &[T]| T::as_floats(row).unwrap_or_default());
        let outputs = M::Out::map(rows.outputs, |row: &mut [T]| T::as_floats_mut(row).unwrap_or_default());
        let upstream = T::as_floats(rows.upstream).unwrap_or_default();
        let results = T::as_floats_mut(rows.results).unwrap_or_default();
        let rows = Rows { length, count: rows.count, inputs, outputs, upstream, results, sums: rows.sums };
        return Job { kernel, method, rows }.run();
    }
    let block = (BLOCK / length.max(1)).clamp(1, rows.count.max(1));
    let mut inputs = M::In::map(M::In::each_ref(&rows.inputs), |_| vec![zero; block * length]);
    let mut outputs = M::Out::map(M::Out::each_ref(&rows.outputs), |_| vec![zero; block * length]);
    let (mut upstream, mut results) = (vec![zero; block], vec![zero; block]);
    for start in (0..rows.count).step_by(block) {
        let mut halves = rows.part(start..rows.count.min(start + block));
        let (count, len) = (halves.count, halves.count * length);
        let (given, wanted) = (halves.upstream.len(), halves.results.len());
        M::In::zip(
            M::In::each_mut(&mut inputs),
            M::In::each_ref(&halves.inputs),
            |wide: &mut Vec<_>, half| {
                T::widen_row(half, &mut wide[..len]);
            },
        );
        T::widen_row(halves.upstream, &mut upstream[..given]);
        let rows = Rows {
            length,
            count,
            inputs: M::In::map(M::In::each_ref(&inputs), |row: &Vec<_>| &row[..len]),
            outputs: M::Out::map(M::Out::each_mut(&mut outputs), |row: &mut Vec<_>| &mut row[..len]),
            upstream: &upstream[..given],
            results: &mut results[..wanted],
            sums: &mut *halves.sums,
        };
        Job { kernel, method, rows }.run();
        M::Out::zip(
            M::Out::each_mut(&mut halves.outputs),
            M::Out::each_ref(&outputs),
            |half, wide: &Vec<_>| {
                T::narrow_row(&wide[..len], half);
            },
        );
        T::narrow_row(&results[..wanted], halves.results);
    }
}
impl<K, M: Method<K, N>, T: RowFloat, const N: usize> Job<'_, K, M, T, N> {
    /// Does it.
    fn run(self) {
        if self.rows.length == 0 || self.rows.count == 0 {
            return;
        }
        match M::PRECISION {
            Precision::Extended => self.run_in_extended(),
            // What cancels in rows of two numbers may leave nothing of a single one.
            Precision::Double | Precision::Short if T::IS_SINGLE && self.rows.length == 1 => {
                self.run_in_extended();
            }
            Precision::Double | Precision::Adaptive | Precision::Bounded if T::IS_SINGLE => {
                dispatch(InDouble(self));
            }
            Precision::Short if T::IS_SINGLE && self.rows.length < SHORT => dispatch(InDouble(self)),
            _ => dispatch(self),
        }
    }

    fn run_in_extended(self) {
        let Self { kernel, method, mut rows } = self;
        for n in 0..rows.count {
            in_extended(kernel, method, rows.row(n));
        }
    }
}

impl<K, M: Method<K, N>, T: RowFloat, const N: usize> Dispatch for Job<'_, K, M, T, N> {
    type Scalar = T;
    type Output = ();

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn run<V: Widen<Scalar = T>>(self, token: V::Token, _: Level) {
        let mut room = self.room(T::default());
        let Self { kernel, method, mut rows } = self;
        for n in 0..rows.count {
            let mut outcome = Outcome::new(T::to_carrier(0.0));
            let numbers = {
                let mut row = rows.row(n);
                let upstream = row.upstream.first().map_or(0.0, |dy| dy.to_f64());
                compute::<V, K, M, N>(
                    kernel,
                    method,
                    token,
                    row.length,
                    &M::In::part(&row.inputs, 0..row.length),
                    M::Out::part_mut(&mut row.outputs, 0..row.length),
                    T::to_carrier(upstream),
                    &mut outcome,
                    &mut room,
                )
            };
            if !outcome.trouble || !climb(kernel, method, &mut rows, n) {
                let mut row = rows.row(n);
                row.take::<K, M, _, N>(&numbers, |x| T::from_f64(T::from_carrier(x)), T::from_carrier);
            }
        }
    }
}
