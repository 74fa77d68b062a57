//! Rows in, rows out: one dispatch a call, and for each row the ladder of precision.

use core::ops::Range;

use super::cell::{Cell, MOST_LANES, RowFloat};
use super::element::RowElement;
use super::passes::{Outcome, Passes};
use super::shape::Shape;
use super::widened::Widened;
use super::{ORDINARY, Precision, RowKernel, RowParametric, SHORT};
use crate::adaptive::{self, Adaptive};
use crate::bounded::Bounded;
use crate::extended::Extended;
use crate::level::{Dispatch, Level, dispatch};
use crate::sum;
use crate::vector::Widen;

/// One of the things that a kernel computes.
pub(super) trait Method<K, const N: usize>: Copy {
    /// The rows that it reads.
    type In: Shape;
    /// The rows that it writes.
    type Out: Shape;
    /// The numbers that it gives besides.
    type Numbers: Shape;
    /// Whether these numbers are summed over all rows.
    const SUMS: bool = false;
    /// What rows have to be computed in from the outset.
    const PRECISION: Precision;
    /// How many of the rows that it reads aren't ones that its results are linear in.
    const NONLINEAR: usize;
    /// How many rows it needs for other functions that it calls.
    const ROOM: usize;

    fn run<R: Cell>(
        self,
        kernel: &K,
        passes: &mut Passes<'_, R, Self::In, Self::Out>,
    ) -> <Self::Numbers as Shape>::Of<R::Scalar>;
}

macro_rules! method {
    ($name:ident, $method:ident, $index:literal, $in:ty => $out:ty, nonlinear: $nonlinear:expr) => {
        #[derive(Clone, Copy)]
        pub(super) struct $name;

        impl<K: RowKernel<N>, const N: usize> Method<K, N> for $name {
            type In = $in;
            type Out = $out;
            type Numbers = [(); 1];
            const PRECISION: Precision = K::PRECISION[$index];
            const NONLINEAR: usize = $nonlinear;
            const ROOM: usize = K::ROOM[$index];

            #[cfg_attr(not(debug_assertions), inline(always))]
            fn run<R: Cell>(self, kernel: &K, passes: &mut Passes<'_, R, $in, $out>) -> [R::Scalar; 1] {
                kernel.$method(passes);
                [passes.outcome.result]
            }
        }
    };
}

method! { Forward, value, 0, [(); N] => K::Output, nonlinear: 0 }
method! { Vjp, pullback, 1, ([(); N], K::Output) => [(); N], nonlinear: N }
method! { VjpFromOutput, pullback_from_output, 1, ([(); N], K::Output) => [(); N], nonlinear: N }
method! { Jvp, pushforward, 2, ([(); N], [(); N]) => K::Output, nonlinear: N }

/// The gradient of `P` parameters.
#[derive(Clone, Copy)]
pub(super) struct Parameters<const P: usize>;

impl<K: RowParametric<N, P>, const N: usize, const P: usize> Method<K, N> for Parameters<P> {
    type In = ([(); N], K::Output);
    type Out = [(); 0];
    type Numbers = [(); P];
    const SUMS: bool = true;
    // What is summed over many rows must not have lost anything in any of them.
    const PRECISION: Precision = match K::PRECISION[1] {
        precision @ (Precision::Adaptive | Precision::Bounded) => precision,
        _ => Precision::Double,
    };
    const NONLINEAR: usize = N;
    const ROOM: usize = K::ROOM[3];

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn run<R: Cell>(self, kernel: &K, passes: &mut Passes<'_, R, Self::In, [(); 0]>) -> [R::Scalar; P] {
        kernel.parameter_pullback(passes)
    }
}

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
    fn part(&mut self, rows: Range<usize>) -> Rows<'_, T, I, O> {
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
    fn row(&mut self, n: usize) -> Rows<'_, T, I, O> {
        self.part(n..n + 1)
    }
}

impl<T: RowFloat, I: Shape, O: Shape> Rows<'_, T, I, O> {
    /// Takes the numbers that a method gives for one row.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn take<K, M: Method<K, N>, S: Copy, const N: usize>(
        &mut self,
        numbers: &<M::Numbers as Shape>::Of<S>,
        to_element: impl Fn(S) -> T,
        to_f64: impl Fn(S) -> f64,
    ) {
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

/// A method of a kernel on rows.
struct Job<'a, K, M: Method<K, N>, T, const N: usize> {
    kernel: &'a K,
    method: M,
    rows: Rows<'a, T, M::In, M::Out>,
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

    /// Rows for other functions that the kernel calls.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn room<E: Clone>(&self, zero: E) -> Vec<E> {
        vec![zero; M::ROOM * self.rows.length.max(MOST_LANES)]
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
            if !outcome.trouble || !climb(kernel, method, rows.row(n)) {
                let mut row = rows.row(n);
                row.take::<K, M, _, N>(&numbers, |x| T::from_f64(T::from_carrier(x)), T::from_carrier);
            }
        }
    }
}

fn is_zero<T: RowFloat>(x: T) -> bool {
    x.to_f64() == 0.0
}

/// Computes a row again with more precision and range, if its inputs are such that this can help; whether they are.
#[cold]
#[inline(never)]
fn climb<'a, K, M: Method<K, N>, T: RowFloat, const N: usize>(
    kernel: &'a K,
    method: M,
    mut rows: Rows<'a, T, M::In, M::Out>,
) -> bool {
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
struct InDouble<'a, K, M: Method<K, N>, T, const N: usize>(Job<'a, K, M, T, N>);

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
fn in_extended<K, M: Method<K, N>, T: RowFloat, const N: usize>(
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

/// The value of one row that isn't empty, in extended numbers.
pub(super) fn value_in_extended<K: RowKernel<N>, T: RowFloat, const N: usize>(
    kernel: &K,
    x: [&[Extended<T>]; N],
) -> Vec<Extended<T>> {
    let zero: Extended<T> = T::default().into();
    let row = x[0].len();
    let mut y = vec![zero; if K::Output::LEN == 1 { row } else { 1 }];
    let mut room = vec![zero; K::ROOM[0] * row];
    let (outputs, results) = K::Output::of_slice(&mut y);
    let mut outcome = Outcome::new(zero);
    let outcome = &mut outcome;
    let [result] = compute::<Extended<T>, K, Forward, N>(
        kernel,
        Forward,
        (),
        row,
        &x,
        outputs,
        zero,
        outcome,
        &mut room,
    );
    if let Some(to) = results.first_mut() {
        *to = result;
    }
    y
}

/// The kernel on one row that isn't empty: the numbers it gives.
#[cfg_attr(not(debug_assertions), inline(always))]
#[expect(clippy::too_many_arguments, reason = "a row, and where")]
fn compute<R: Cell, K, M: Method<K, N>, const N: usize>(
    kernel: &K,
    method: M,
    token: R::Token,
    length: usize,
    inputs: &<M::In as Shape>::Of<&[R::Element]>,
    mut outputs: <M::Out as Shape>::Of<&mut [R::Element]>,
    upstream: R::Scalar,
    outcome: &mut Outcome<R::Scalar>,
    room: &mut [R::Element],
) -> <M::Numbers as Shape>::Of<R::Scalar> {
    // Of rows shorter than a register, copies that are as long: padding, and the row.
    let mut blocks = (length < R::LANES).then(|| {
        let inputs = M::In::map(M::In::each_ref(inputs), |row| block::<R>(row));
        (inputs, M::Out::map(M::Out::each_ref(&outputs), |row| block::<R>(row)))
    });
    let (inputs, written) = match &mut blocks {
        Some((inputs, outputs)) => (
            M::In::map(M::In::each_ref(inputs), |block| &block[..R::LANES]),
            M::Out::map(M::Out::each_mut(outputs), |block| &mut block[..R::LANES]),
        ),
        None => (M::In::part(inputs, 0..length), M::Out::part_mut(&mut outputs, 0..length)),
    };
    let numbers = {
        let mut passes =
            Passes::<R, M::In, M::Out>::new(token, length, inputs, written, upstream, outcome, room);
        method.run(kernel, &mut passes)
    };
    if let Some((_, blocks)) = &blocks {
        M::Out::zip(outputs, M::Out::each_ref(blocks), |row, block| {
            row.copy_from_slice(&block[R::LANES - length..R::LANES]);
        });
    }
    numbers
}

/// A row that is shorter than a register, after padding.
#[cold]
fn block<R: Cell>(row: &[R::Element]) -> [R::Element; MOST_LANES] {
    let mut block = [row[0]; MOST_LANES];
    block[R::LANES - row.len()..R::LANES].copy_from_slice(row);
    block
}
