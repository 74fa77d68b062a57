//! One row, in registers of one kind.

use super::RowKernel;
use super::cell::{Cell, MOST_LANES, RowFloat};
use super::method::{Forward, Method};
use super::passes::{Outcome, Passes};
use super::shape::Shape;
use crate::extended::Extended;

/// The kernel on one row that isn't empty: the numbers it gives.
#[cfg_attr(not(debug_assertions), inline(always))]
#[expect(clippy::too_many_arguments, reason = "a row, and where")]
pub(super) fn compute<R: Cell, K, M: Method<K, N>, const N: usize>(
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
    let (extent, inputs, written) = match &mut blocks {
        Some((inputs, outputs)) => (
            R::LANES,
            M::In::map(M::In::each_ref(inputs), |block| &block[..R::LANES]),
            M::Out::map(M::Out::each_mut(outputs), |block| &mut block[..R::LANES]),
        ),
        None => (length, M::In::part(inputs, 0..length), M::Out::part_mut(&mut outputs, 0..length)),
    };
    let numbers = {
        let mut passes =
            Passes::<R, M::In, M::Out>::new(token, length, extent, inputs, written, upstream, outcome, room);
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
