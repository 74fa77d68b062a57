//! Functions of rows that call each other.
//!
//! What a callee is given is laid out as rows in memory, and the callee passes over them as it would anywhere. What it
//! gives is read like one more input: each method gives the passes that go on from there.
//!
//! ```text
//!   let p = &mut p.call(&softmax, |At { input: [q, k, _], .. }| [q * k]);
//!   let dot = p.reduce(|At { input: ([_, _, v], [softmax]), .. }| Dot(softmax, v));
//! ```

use core::array::from_fn;
use core::mem::take;

use super::cell::Cell;
use super::passes::{At, Passes, last_register};
use super::shape::Shape;
use super::terms::Sum;
use super::{RowKernel, RowParametric};

/// `N` arguments of a callee, and the gradient of its result (a number's is the sum of this row).
type Weighed<const N: usize> = ([(); N], [(); 1]);

impl<'a, R: Cell, I: Shape, O: Shape> Passes<'a, R, I, O> {
    /// y = f(x) as a further input; a number is the same at every position.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn call<K: RowKernel<M>, const M: usize, const N: usize>(
        &mut self,
        callee: &K,
        x: impl Fn(At<R, I, [(); N]>) -> [R; N],
    ) -> Passes<'_, R, (I, [(); 1]), O> {
        let [y] = self.rows();
        let room = take(&mut self.room);
        let (mut rows, rest) = split::<_, N>(room, self.extent);
        self.lay_out::<[(); N]>(rows.each_mut().map(|row| &mut **row), x);
        let (outputs, _) = K::Output::of_slice(&mut *y);
        let x = as_many(rows.each_ref().map(|row| &**row));
        callee.value(&mut self.over::<[(); M], K::Output>(x, outputs, R::scalar(0.0), rest));
        self.everywhere::<K::Output>(y);
        self.room = room;
        self.reading([&*y])
    }

    /// dx = Jᵀ·dy of f at x as further inputs.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn pull<K: RowKernel<M>, const M: usize, const N: usize>(
        &mut self,
        callee: &K,
        x_and_dy: impl Fn(At<R, I, Weighed<N>>) -> ([R; N], [R; 1]),
    ) -> Passes<'_, R, (I, [(); N]), O> {
        let mut dx = self.rows::<M>();
        let outputs = dx.each_mut().map(|row| &mut **row);
        self.weighed::<K, [(); M], _, M, N>(
            outputs,
            x_and_dy,
            #[cfg_attr(not(debug_assertions), inline(always))]
            |p| callee.pullback(p),
        );
        self.reading(as_many(dx.map(|row| &*row)))
    }

    /// What of the gradient goes to the parameters of f at x.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn pull_parameters<K, const M: usize, const N: usize, const P: usize, const Q: usize>(
        &mut self,
        callee: &K,
        x_and_dy: impl Fn(At<R, I, Weighed<N>>) -> ([R; N], [R; 1]),
    ) -> [R::Scalar; Q]
    where
        K: RowParametric<M, P>,
    {
        as_many(self.weighed::<K, [(); 0], _, M, N>(
            [],
            x_and_dy,
            #[cfg_attr(not(debug_assertions), inline(always))]
            |p| callee.parameter_pullback(p),
        ))
    }

    /// dy = J·v of f at x as a further input; a number is the same at every position.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub fn push<K: RowKernel<M>, const M: usize, const N: usize>(
        &mut self,
        callee: &K,
        x_and_v: impl Fn(At<R, I, ([(); N], [(); N])>) -> ([R; N], [R; N]),
    ) -> Passes<'_, R, (I, [(); 1]), O> {
        let [dy] = self.rows();
        let room = take(&mut self.room);
        let (mut x, rest) = split::<_, N>(room, self.extent);
        let (mut v, rest) = split::<_, N>(rest, self.extent);
        let rows = (x.each_mut().map(|row| &mut **row), v.each_mut().map(|row| &mut **row));
        self.lay_out::<([(); N], [(); N])>(rows, x_and_v);
        let (outputs, _) = K::Output::of_slice(&mut *dy);
        let inputs = [x, v].map(|rows| as_many(rows.map(|row| &*row)));
        let zero = R::scalar(0.0);
        callee.pushforward(&mut self.over::<([(); M], [(); M]), K::Output>(
            inputs.into(),
            outputs,
            zero,
            rest,
        ));
        self.everywhere::<K::Output>(dy);
        self.room = room;
        self.reading([&*dy])
    }

    /// What `f` makes of passes over arguments of `K` and the gradient of what it gives for them.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn weighed<K: RowKernel<M>, P: Shape, W, const M: usize, const N: usize>(
        &mut self,
        mut outputs: P::Of<&mut [R::Element]>,
        x_and_dy: impl Fn(At<R, I, Weighed<N>>) -> ([R; N], [R; 1]),
        f: impl FnOnce(&mut Passes<'_, R, ([(); M], K::Output), P>) -> W,
    ) -> W {
        let room = take(&mut self.room);
        let (mut x, rest) = split::<_, N>(room, self.extent);
        let ([dy], rest) = split::<_, 1>(rest, self.extent);
        self.lay_out::<Weighed<N>>((x.each_mut().map(|row| &mut **row), [&mut *dy]), x_and_dy);
        let (gradient, number) = K::Output::of_ref(dy);
        let upstream = if K::Output::LEN == 0 {
            self.over::<[(); 1], [(); 0]>([number], [], R::scalar(0.0), &mut []).reduce(
                #[cfg_attr(not(debug_assertions), inline(always))]
                |At { input: [dy], .. }| Sum(dy),
            )
        } else {
            R::scalar(0.0)
        };
        let inputs = (as_many(x.map(|row| &*row)), gradient);
        let outputs = P::part_mut(&mut outputs, 0..self.extent);
        let result = f(&mut self.over(inputs, outputs, upstream, rest));
        self.room = room;
        result
    }

    /// Passes over other rows, of the same length, whose trouble is ours.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn over<'b, J: Shape, P: Shape>(
        &'b mut self,
        inputs: J::Of<&'b [R::Element]>,
        outputs: P::Of<&'b mut [R::Element]>,
        upstream: R::Scalar,
        room: &'b mut [R::Element],
    ) -> Passes<'b, R, J, P> {
        Passes::new(self.token, self.length, self.extent, inputs, outputs, upstream, self.outcome, room)
    }

    /// Writes what `f` computes to rows that aren't outputs.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn lay_out<P: Shape>(&mut self, mut rows: P::Of<&mut [R::Element]>, f: impl Fn(At<R, I, P>) -> P::Of<R>) {
        let outputs = P::part_mut(&mut rows, 0..self.extent);
        let (inputs, tails) = (I::part(&self.inputs, 0..self.extent), I::copied(&self.tails));
        let (token, length, extent, upstream) = (self.token, self.length, self.extent, self.upstream);
        let stored = P::repeat(R::zero(token));
        let (outcome, room) = (&mut *self.outcome, Default::default());
        Passes { token, length, extent, inputs, outputs, tails, stored, upstream, outcome, room }.map(f);
    }

    /// What a function that gives a scalar has just given, at every position.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn everywhere<Output: Shape>(&mut self, row: &mut [R::Element]) {
        if Output::LEN == 0 {
            let number = self.outcome.result;
            let number = self.splat(number);
            self.lay_out::<[(); 1]>(
                [row],
                #[cfg_attr(not(debug_assertions), inline(always))]
                |_| [number],
            );
        }
    }

    /// Rows of our own.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn rows<const N: usize>(&mut self) -> [&'a mut [R::Element]; N] {
        let (rows, room) = split(take(&mut self.room), self.extent);
        self.room = room;
        rows
    }

    /// The passes that go on with further inputs.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn reading<const N: usize>(&mut self, rows: [&'a [R::Element]; N]) -> Passes<'_, R, (I, [(); N]), O> {
        let (token, length, upstream) = (self.token, self.length, self.upstream);
        let tails = last_register::<R, [(); N]>(token, length, &rows);
        let extent = self.extent;
        Passes {
            token,
            length,
            extent,
            inputs: (I::part(&self.inputs, 0..extent), rows),
            outputs: O::part_mut(&mut self.outputs, 0..extent),
            tails: (I::copied(&self.tails), tails),
            stored: O::copied(&self.stored),
            upstream,
            outcome: &mut *self.outcome,
            room: take(&mut self.room),
        }
    }
}

/// The first `N` rows, and the rest.
#[cfg_attr(not(debug_assertions), inline(always))]
fn split<E, const N: usize>(room: &mut [E], extent: usize) -> ([&mut [E]; N], &mut [E]) {
    let mut room = room;
    let rows = from_fn(
        #[cfg_attr(not(debug_assertions), inline(always))]
        |_| {
            let (row, rest) = take(&mut room).split_at_mut(extent);
            room = rest;
            row
        },
    );
    (rows, room)
}

/// The same things: a callee takes as many rows as it is given. Of a call where it doesn't, which rustc reports where
/// the fn is compared with its arguments, this keeps all else well-typed.
#[cfg_attr(not(debug_assertions), inline(always))]
fn as_many<T: Copy, const N: usize, const M: usize>(things: [T; N]) -> [T; M] {
    from_fn(
        #[cfg_attr(not(debug_assertions), inline(always))]
        |i| things[i.min(N - 1)],
    )
}
