//! Softmax and its relatives, once their pattern is known: what they are made of, and their derivatives without
//! cancellation.
//!
//! With pᵢ = eᵢ/s the derivatives need wᵢ − Σ p·w, which at the maximum cancels to nothing when p is nearly 1 there.
//! So sums are split: s = r + k with r the sum over the elements below the maximum and k the number of maxima, and
//! likewise for the sums of w. What remains after 1 is subtracted is then known to full accuracy.

use super::build::Builder;
use crate::graph::{Comparison, Id, Op, Reduction};
use crate::primitive::Primitive;

/// How the derivatives of a softmax are spelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// By the parts of its sum, without cancellation.
    Parts,
    /// By the softmax p alone, which cancels at the maximum where p is nearly 1 there.
    Output,
}

/// The parts of a softmax of a row.
struct Parts {
    /// Whether an element is below the maximum.
    below: Id,
    /// e^(x − max) below the maximum, 0 at it.
    others: Id,
    /// s − 1
    excess: Id,
    /// Σ e^(x − max)
    sum: Id,
}

fn exponential(b: &mut Builder, row: Id) -> Id {
    let shift = b.reduce(Reduction::Shift, row);
    let below = b.graph.sub(row, shift);
    b.graph.apply(Primitive::Exp, &[below])
}

fn parts(b: &mut Builder, row: Id) -> Parts {
    let (zero, one) = (b.zero(), b.graph.constant(1.0));
    let shift = b.reduce(Reduction::Shift, row);
    let e = exponential(b, row);
    let below = b.graph.compare(Comparison::Lt, row, shift);
    let others = b.graph.select(below, e, zero);
    let rest = b.reduce(Reduction::Sum, others);
    let at_maximum = b.graph.select(below, zero, one);
    let maxima = b.reduce(Reduction::Sum, at_maximum);
    let ties = b.graph.sub(maxima, one);
    let excess = b.graph.add(rest, ties);
    let sum = b.graph.add(rest, maxima);
    Parts { below, others, excess, sum }
}

/// A softmax of `row` as it is computed; `split` where the parts of its sum are needed anyway.
pub(super) fn softmax(b: &mut Builder, row: Id, split: bool) -> Id {
    let e = exponential(b, row);
    let sum = if split { parts(b, row).sum } else { b.reduce(Reduction::Sum, e) };
    b.graph.div(e, sum)
}

/// ln Σ e^(x − max)
pub(super) fn log_sum(b: &mut Builder, row: Id) -> Id {
    let excess = parts(b, row).excess;
    b.graph.apply(Primitive::Ln1p, &[excess])
}

/// w − Σ p·w, where `w` is a row or a scalar.
pub(super) fn deviation(b: &mut Builder, row: Id, w: Id, form: Form) -> Id {
    let (factor, Some(w)) = b.factors(w) else { return b.zero() };
    if form == Form::Output {
        let p = b.graph.node(Op::Softmax, &[row]);
        let weighed = b.graph.mul(w, p);
        let mean = b.sum(weighed);
        let deviation = b.graph.sub(w, mean);
        return b.graph.mul(factor, deviation);
    }
    let Parts { below, others, excess, sum } = parts(b, row);
    let zero = b.zero();
    let product = b.graph.mul(w, others);
    let dot = b.sum(product);
    let at_maximum = b.graph.select(below, zero, w);
    let top = b.sum(at_maximum);
    // Below the maximum: w − (dot + top)/s.
    let total = b.graph.add(dot, top);
    let mean = b.graph.div(total, sum);
    let elsewhere = b.graph.sub(w, mean);
    // At the maximum: (w·(s − 1) − (top − w) − dot)/s, and top is w where the maximum is unique.
    let ratio = b.graph.div(excess, sum);
    let weighted = b.graph.mul(w, ratio);
    let ties = b.graph.sub(top, w);
    let ties = b.graph.div(ties, sum);
    let dot = b.graph.div(dot, sum);
    let here = b.graph.sub(weighted, ties);
    let here = b.graph.sub(here, dot);
    let deviation = b.graph.select(below, elsewhere, here);
    b.graph.mul(factor, deviation)
}

/// w − p·Σ w
pub(super) fn remainder(b: &mut Builder, row: Id, w: Id, form: Form) -> Id {
    let p = b.graph.node(Op::Softmax, &[row]);
    if !b.is_row(w) || form == Form::Output {
        let total = b.sum(w);
        let share = b.graph.mul(p, total);
        return b.graph.sub(w, share);
    }
    let Parts { below, excess, sum, .. } = parts(b, row);
    let zero = b.zero();
    let (under, over) = (b.graph.select(below, w, zero), b.graph.select(below, zero, w));
    let (under, over) = (b.sum(under), b.sum(over));
    let total = b.graph.add(under, over);
    let share = b.graph.mul(p, total);
    let elsewhere = b.graph.sub(w, share);
    let ratio = b.graph.div(excess, sum);
    let weighted = b.graph.mul(w, ratio);
    let ties = b.graph.sub(over, w);
    let ties = b.graph.div(ties, sum);
    let under = b.graph.div(under, sum);
    let here = b.graph.sub(weighted, ties);
    let here = b.graph.sub(here, under);
    b.graph.select(below, elsewhere, here)
}
