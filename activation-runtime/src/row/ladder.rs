//! The ladder of precision: rows that need more than their own type.

use super::cell::{Cell, RowFloat};
use super::compute::compute;
use super::method::Method;
use super::passes::Outcome;
use super::rows::{Job, Rows};
use super::shape::Shape;
use super::widened::Widened;
use super::{ORDINARY, Precision};
use crate::adaptive::{self, Adaptive};
use crate::bounded::Bounded;
use crate::extended::Extended;
use crate::level::{Dispatch, Level, dispatch};
use crate::vector::Widen;

fn is_zero<T: RowFloat>(x: T) -> bool {
    x.to_f64() == 0.0
}

/// Computes a row again with more precision and range, if its inputs are such that this can help; whether they are.
#[cold]
#[inline(never)]
pub(super) fn climb<K, M: Method<K, N>, T: RowFloat, const N: usize>(
    kernel: &K,
    method: M,
    rows: &mut Rows<'_, T, M::In, M::Out>,
    n: usize,
) -> bool {
    let mut rows = rows.row(n);
    let (mut finite, mut zero, mut zero_gradient) = (true, true, rows.upstream.iter().all(|&dy| is_zero(dy)));
    let mut seen = 0;
    M::In::map(M::In::each_ref(&rows.inputs), |row: &&[T]| {
        // Not `all`: without a way out in the middle these are loops over registers.
        finite &= row.iter().fold(true, |finite, x| finite & x.to_f64().is_finite());
        let zeros = row.iter().fold(true, |zero, &x| zero & is_zero(x));
        zero &= zeros;
        zero_gradient &= zeros || seen < M::NONLINEAR;
        seen += 1;
    });
    // Where a sum is 0 something may have underflowed, unless all of it is 0.
    if !finite || zero {
        return false;
    }
    if zero_gradient && M::NONLINEAR > 0 {
        let outputs = M::Out::part_mut(&mut rows.outputs, 0..rows.length);
        M::Out::map(outputs, |row: &mut [T]| row.fill(T::default()));
        rows.results.fill(T::default());
        return true;
    }
    if T::IS_SINGLE {
        dispatch(InDouble(Job { kernel, method, rows }));
    } else {
        in_extended(kernel, method, rows);
    }
    true
}

/// The job on f32 rows, in f64.
pub(super) struct InDouble<'a, K, M: Method<K, N>, T, const N: usize>(pub(super) Job<'a, K, M, T, N>);

impl<K, M: Method<K, N>, T: RowFloat, const N: usize> Dispatch for InDouble<'_, K, M, T, N> {
    type Scalar = f64;
    type Output = ();

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn run<V: Widen<Scalar = f64>>(self, token: V::Token, _: Level) {
        let mut room = self.0.room(0.0);
        let Job { kernel, method, mut rows } = self.0;
        let length = rows.length;
        let mut inputs = M::In::map(M::In::each_ref(&rows.inputs), |_| vec![0.0; length]);
        let mut outputs = M::Out::map(M::Out::each_ref(&rows.outputs), |_| vec![0.0; length]);
        for n in 0..rows.count {
            let mut row = rows.row(n);
            // The condition is a constant, lest all functions take longer to compile for the few that need it.
            if const { matches!(M::PRECISION, Precision::Adaptive | Precision::Bounded) }
                && (M::PRECISION == Precision::Bounded || !are_ordinary::<T, M::In>(&row.inputs, N))
            {
                in_bounded::<V, K, M, T, N>(kernel, method, token, row);
                continue;
            }
            M::In::zip(
                M::In::each_mut(&mut inputs),
                M::In::each_ref(&row.inputs),
                |to: &mut Vec<f64>, from: &&[T]| {
                    for (to, from) in to.iter_mut().zip(*from) {
                        *to = from.to_f64();
                    }
                },
            );
            let upstream = row.upstream.first().map_or(0.0, |dy| dy.to_f64());
            let mut outcome = Outcome::new(Widened(0.0));
            let numbers = compute::<Widened<V>, K, M, N>(
                kernel,
                method,
                token,
                length,
                &M::In::map(M::In::each_ref(&inputs), |row: &Vec<f64>| &row[..]),
                M::Out::map(M::Out::each_mut(&mut outputs), |row: &mut Vec<f64>| &mut row[..]),
                Widened(upstream),
                &mut outcome,
                &mut room,
            );
            if outcome.trouble && M::In::all(&inputs, |row: &Vec<f64>| row.iter().all(|x| x.is_finite())) {
                in_extended(kernel, method, row);
                continue;
            }
            row.take::<K, M, _, N>(&numbers, |Widened(x)| T::from_f64(x), |Widened(x)| x);
            M::Out::zip(
                M::Out::each_mut(&mut row.outputs),
                M::Out::each_ref(&outputs),
                |to, from: &Vec<f64>| {
                    for (to, from) in to.iter_mut().zip(from) {
                        *to = T::from_f64(*from);
                    }
                },
            );
        }
    }
}

/// Whether the numbers of the first `n` rows are of ordinary size: where f64 will do for whatever is computed of them.
#[cfg_attr(not(debug_assertions), inline(always))]
fn are_ordinary<T: RowFloat, I: Shape>(rows: &I::Of<&[T]>, n: usize) -> bool {
    let (mut ordinary, mut seen) = (true, 0);
    I::all(rows, |row: &&[T]| {
        let largest = row.iter().fold(0.0, |largest: f64, x| largest.max(x.to_f64().abs()));
        ordinary &= ORDINARY.contains(&largest) || seen >= n;
        seen += 1;
        true
    });
    ordinary
}

/// One row in f64 numbers that know their error, or in more bits where that is too large.
#[cold]
#[inline(never)]
fn in_bounded<V: Widen<Scalar = f64>, K, M: Method<K, N>, T: RowFloat, const N: usize>(
    kernel: &K,
    method: M,
    token: V::Token,
    mut row: Rows<'_, T, M::In, M::Out>,
) {
    let finite = M::In::all(&row.inputs, |row: &&[T]| row.iter().all(|x| x.to_f64().is_finite()));
    let bounded = Numbers {
        token,
        from: Bounded::exact,
        to_element: |x: Bounded<f64>| T::from_f64(x.value()),
        to_f64: Bounded::value,
        is_settled: |x: Bounded<f64>| !finite || x.is_settled(),
    };
    if !one_row::<Bounded<V>, _, _, _, N>(kernel, method, &mut row, bounded) {
        in_adaptive(kernel, method, row);
    }
}

/// One row in numbers of as many bits as it takes.
#[cold]
#[inline(never)]
fn in_adaptive<K, M: Method<K, N>, T: RowFloat, const N: usize>(
    kernel: &K,
    method: M,
    mut row: Rows<'_, T, M::In, M::Out>,
) {
    for precision in [adaptive::Precision::Extended, adaptive::Precision::Deep] {
        let adaptive = Numbers {
            token: (),
            from: |x| Adaptive::<T>::new(x, precision),
            to_element: Adaptive::to_element,
            to_f64: Adaptive::to_f64,
            is_settled: |x: Adaptive<T>| precision == adaptive::Precision::Deep || x.is_settled(),
        };
        if one_row::<Adaptive<T>, _, _, _, N>(kernel, method, &mut row, adaptive) {
            return;
        }
    }
}

/// One row in extended numbers.
#[cold]
#[inline(never)]
pub(super) fn in_extended<K, M: Method<K, N>, T: RowFloat, const N: usize>(
    kernel: &K,
    method: M,
    mut row: Rows<'_, T, M::In, M::Out>,
) {
    let extended = Numbers {
        token: (),
        from: Extended::<T>::from_f64,
        to_element: Extended::to_element,
        to_f64: Extended::to_f64,
        is_settled: |_: Extended<T>| true,
    };
    one_row::<Extended<T>, _, _, _, N>(kernel, method, &mut row, extended);
}

/// How numbers of a carrier come from those of a row, and become them again.
struct Numbers<R, From, ToElement, ToF64, IsSettled> {
    token: R,
    from: From,
    to_element: ToElement,
    to_f64: ToF64,
    /// Whether a number is known well enough.
    is_settled: IsSettled,
}

/// One row in numbers that stand in for its own; whether all results are settled: if not, nothing is written.
#[cfg_attr(not(debug_assertions), inline(always))]
fn one_row<R, K, M: Method<K, N>, T: RowFloat, const N: usize>(
    kernel: &K,
    method: M,
    row: &mut Rows<'_, T, M::In, M::Out>,
    numbers: Numbers<
        R::Token,
        impl Fn(f64) -> R::Scalar,
        impl Fn(R::Scalar) -> T,
        impl Fn(R::Scalar) -> f64,
        impl Fn(R::Scalar) -> bool,
    >,
) -> bool
where
    R: Cell<Element = <R as Cell>::Scalar>,
{
    let Numbers { token, from, to_element, to_f64, is_settled } = numbers;
    let zero = from(0.0);
    let inputs = M::In::map(M::In::each_ref(&row.inputs), |row: &&[T]| {
        row.iter().map(|x| from(x.to_f64())).collect::<Vec<_>>()
    });
    let mut outputs = M::Out::map(M::Out::each_ref(&row.outputs), |_| vec![zero; row.length]);
    let mut room = vec![zero; M::ROOM * row.length];
    let mut outcome = Outcome::new(zero);
    let results = compute::<R, K, M, N>(
        kernel,
        method,
        token,
        row.length,
        &M::In::map(M::In::each_ref(&inputs), |row: &Vec<_>| &row[..]),
        M::Out::map(M::Out::each_mut(&mut outputs), |row: &mut Vec<_>| &mut row[..]),
        from(row.upstream.first().map_or(0.0, |dy| dy.to_f64())),
        &mut outcome,
        &mut room,
    );
    let mut settled = M::Out::all(&outputs, |row: &Vec<_>| row.iter().all(|&x| is_settled(x)));
    if M::SUMS || !row.results.is_empty() {
        M::Numbers::each(&results, |number| settled &= is_settled(number));
    }
    if !settled {
        return false;
    }
    row.take::<K, M, _, N>(&results, &to_element, to_f64);
    M::Out::zip(
        M::Out::each_mut(&mut row.outputs),
        M::Out::each_ref(&outputs),
        |to, from: &Vec<R::Scalar>| {
            for (to, from) in to.iter_mut().zip(from) {
                *to = to_element(*from);
            }
        },
    );
    true
}
