//! Bundles of rows: how many inputs and outputs a row function has, at the level of types.

use core::ops::Range;

use super::cell::Cell;
use crate::array::map;

/// So many of a thing, in groups: `[(); 2]` is two, `([(); 2], [(); 1])` two and one.
pub trait Shape {
    /// The things, as arrays and pairs of arrays.
    type Of<U>;
    /// How many.
    const LEN: usize;

    /// A slice for each of one thing, or for none; then it is left over.
    fn of_slice<T>(slice: &mut [T]) -> (Self::Of<&mut [T]>, &mut [T]);
    /// A slice for each of one thing, or for none; then it is left over.
    fn of_ref<T>(slice: &[T]) -> (Self::Of<&[T]>, &[T]);
    /// Each thing in turn.
    fn map<U, W>(things: Self::Of<U>, f: impl FnMut(U) -> W) -> Self::Of<W>;
    /// Each thing of two bundles in turn.
    fn zip<U, W>(to: Self::Of<U>, from: Self::Of<W>, f: impl FnMut(U, W));
    /// Whether `f` holds for each thing.
    fn all<U>(things: &Self::Of<U>, f: impl FnMut(&U) -> bool) -> bool;
    /// The things that `f` gives, by their number.
    fn from_fn<U>(f: impl FnMut(usize) -> U) -> Self::Of<U>;
    /// Each thing in turn.
    fn each<U: Copy>(things: &Self::Of<U>, f: impl FnMut(U));
    /// References to the things.
    fn each_mut<U>(things: &mut Self::Of<U>) -> Self::Of<&mut U>;
    /// References to the things.
    fn each_ref<U>(things: &Self::Of<U>) -> Self::Of<&U>;
    /// This range of each row.
    fn part<'a, 'r: 'a, T>(rows: &'a Self::Of<&'r [T]>, range: Range<usize>) -> Self::Of<&'a [T]>;
    /// This range of each row.
    fn part_mut<'a, 'r: 'a, T>(
        rows: &'a mut Self::Of<&'r mut [T]>,
        range: Range<usize>,
    ) -> Self::Of<&'a mut [T]>;
    /// The same registers again.
    fn copied<R: Copy>(values: &Self::Of<R>) -> Self::Of<R>;
    /// The same register for each row.
    fn repeat<R: Copy>(value: R) -> Self::Of<R>;
    /// The numbers of all rows from `at` on.
    fn load<R: Cell>(token: R::Token, rows: &Self::Of<&[R::Element]>, at: usize) -> Self::Of<R>;
    /// The numbers that the outputs hold from `at` on.
    fn reload<R: Cell>(token: R::Token, rows: &Self::Of<&mut [R::Element]>, at: usize) -> Self::Of<R>;
    /// Writes to all rows from `at` on.
    fn store<R: Cell>(values: Self::Of<R>, rows: &mut Self::Of<&mut [R::Element]>, at: usize);
    /// `check` and each value added up: not finite where one isn't (nor where the sum overflows, which is rare).
    fn check<R: Cell>(values: &Self::Of<R>, check: R) -> R;
}

impl<const N: usize> Shape for [(); N] {
    type Of<U> = [U; N];
    const LEN: usize = N;

    fn of_slice<T>(slice: &mut [T]) -> ([&mut [T]; N], &mut [T]) {
        let mut slice = slice;
        (core::array::from_fn(|_| core::mem::take(&mut slice)), slice)
    }
    fn of_ref<T>(slice: &[T]) -> ([&[T]; N], &[T]) {
        let mut slice = slice;
        (core::array::from_fn(|_| core::mem::take(&mut slice)), slice)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn map<U, W>(things: [U; N], f: impl FnMut(U) -> W) -> [W; N] {
        things.map(f)
    }
    fn zip<U, W>(to: [U; N], from: [W; N], mut f: impl FnMut(U, W)) {
        for (to, from) in to.into_iter().zip(from) {
            f(to, from);
        }
    }
    fn from_fn<U>(f: impl FnMut(usize) -> U) -> [U; N] {
        core::array::from_fn(f)
    }
    fn each<U: Copy>(things: &[U; N], mut f: impl FnMut(U)) {
        for &thing in things {
            f(thing);
        }
    }
    fn all<U>(things: &[U; N], f: impl FnMut(&U) -> bool) -> bool {
        things.iter().all(f)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn each_mut<U>(things: &mut [U; N]) -> [&mut U; N] {
        things.each_mut()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn each_ref<U>(things: &[U; N]) -> [&U; N] {
        things.each_ref()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn part<'a, 'r: 'a, T>(rows: &'a [&'r [T]; N], range: Range<usize>) -> [&'a [T]; N] {
        map(
            *rows,
            &[][..],
            #[cfg_attr(not(debug_assertions), inline(always))]
            |row| &row[range.clone()],
        )
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn part_mut<'a, 'r: 'a, T>(rows: &'a mut [&'r mut [T]; N], range: Range<usize>) -> [&'a mut [T]; N] {
        let mut parts: [&mut [T]; N] = core::array::from_fn(
            #[cfg_attr(not(debug_assertions), inline(always))]
            |_| Default::default(),
        );
        for (part, row) in parts.iter_mut().zip(rows) {
            *part = &mut row[range.clone()];
        }
        parts
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn copied<R: Copy>(values: &[R; N]) -> [R; N] {
        *values
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn repeat<R: Copy>(value: R) -> [R; N] {
        [value; N]
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load<R: Cell>(token: R::Token, rows: &[&[R::Element]; N], at: usize) -> [R; N] {
        map(
            *rows,
            R::zero(token),
            #[cfg_attr(not(debug_assertions), inline(always))]
            |row| R::load(token, &row[at..at + R::LANES]),
        )
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn reload<R: Cell>(token: R::Token, rows: &[&mut [R::Element]; N], at: usize) -> [R; N] {
        let (mut loaded, mut i) = ([R::zero(token); N], 0);
        while i < N {
            loaded[i] = R::load(token, &rows[i][at..at + R::LANES]);
            i += 1;
        }
        loaded
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store<R: Cell>(values: [R; N], rows: &mut [&mut [R::Element]; N], at: usize) {
        let mut i = 0;
        while i < N {
            values[i].store(&mut rows[i][at..at + R::LANES]);
            i += 1;
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn check<R: Cell>(values: &[R; N], mut check: R) -> R {
        for value in values {
            check = check + *value;
        }
        check
    }
}

impl<A: Shape, B: Shape> Shape for (A, B) {
    type Of<U> = (A::Of<U>, B::Of<U>);
    const LEN: usize = A::LEN + B::LEN;

    fn of_slice<T>(slice: &mut [T]) -> (Self::Of<&mut [T]>, &mut [T]) {
        let (a, slice) = A::of_slice(slice);
        let (b, slice) = B::of_slice(slice);
        ((a, b), slice)
    }
    fn of_ref<T>(slice: &[T]) -> (Self::Of<&[T]>, &[T]) {
        let (a, slice) = A::of_ref(slice);
        let (b, slice) = B::of_ref(slice);
        ((a, b), slice)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn map<U, W>((a, b): Self::Of<U>, mut f: impl FnMut(U) -> W) -> Self::Of<W> {
        (A::map(a, &mut f), B::map(b, f))
    }
    fn zip<U, W>(to: Self::Of<U>, from: Self::Of<W>, mut f: impl FnMut(U, W)) {
        A::zip(to.0, from.0, &mut f);
        B::zip(to.1, from.1, f);
    }
    fn from_fn<U>(mut f: impl FnMut(usize) -> U) -> Self::Of<U> {
        (A::from_fn(&mut f), B::from_fn(|i| f(A::LEN + i)))
    }
    fn each<U: Copy>((a, b): &Self::Of<U>, mut f: impl FnMut(U)) {
        A::each(a, &mut f);
        B::each(b, f);
    }
    fn all<U>((a, b): &Self::Of<U>, mut f: impl FnMut(&U) -> bool) -> bool {
        A::all(a, &mut f) && B::all(b, f)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn each_mut<U>((a, b): &mut Self::Of<U>) -> Self::Of<&mut U> {
        (A::each_mut(a), B::each_mut(b))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn each_ref<U>((a, b): &Self::Of<U>) -> Self::Of<&U> {
        (A::each_ref(a), B::each_ref(b))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn part<'a, 'r: 'a, T>((a, b): &'a Self::Of<&'r [T]>, range: Range<usize>) -> Self::Of<&'a [T]> {
        (A::part(a, range.clone()), B::part(b, range))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn part_mut<'a, 'r: 'a, T>(
        (a, b): &'a mut Self::Of<&'r mut [T]>,
        range: Range<usize>,
    ) -> Self::Of<&'a mut [T]> {
        (A::part_mut(a, range.clone()), B::part_mut(b, range))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn copied<R: Copy>((a, b): &Self::Of<R>) -> Self::Of<R> {
        (A::copied(a), B::copied(b))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn repeat<R: Copy>(value: R) -> Self::Of<R> {
        (A::repeat(value), B::repeat(value))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load<R: Cell>(token: R::Token, (a, b): &Self::Of<&[R::Element]>, at: usize) -> Self::Of<R> {
        (A::load(token, a, at), B::load(token, b, at))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn reload<R: Cell>(token: R::Token, (a, b): &Self::Of<&mut [R::Element]>, at: usize) -> Self::Of<R> {
        (A::reload(token, a, at), B::reload(token, b, at))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store<R: Cell>(values: Self::Of<R>, (a, b): &mut Self::Of<&mut [R::Element]>, at: usize) {
        A::store(values.0, a, at);
        B::store(values.1, b, at);
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn check<R: Cell>((a, b): &Self::Of<R>, check: R) -> R {
        B::check(b, A::check(a, check))
    }
}
