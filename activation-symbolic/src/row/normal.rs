//! The last rewriting, of what is computed: one multiplication by a scalar's reciprocal instead of a division at
//! every element, scalars with scalars, logarithms of softmax's sums without cancellation.

use super::build::Builder;
use crate::graph::{Comparison, Id, Op, Reduction};
use crate::primitive::Primitive;

/// The same function of `root`, as it is best computed.
pub(super) fn normal(b: &mut Builder, root: Id) -> Id {
    super::rebuild(b, root, &mut step)
}

fn step(b: &mut Builder, id: Id) -> Id {
    let zero = b.zero();
    let node = b.graph.nodes()[id.index()];
    match (node.op, node.arguments()) {
        (Op::Reduce(Reduction::Shift), &[row]) => b.reduce(Reduction::Max, row),
        (Op::Div, &[p, q]) if b.is_row(p) && !b.is_row(q) && b.graph.as_constant(q).is_none() => {
            let one = b.graph.constant(1.0);
            let reciprocal = b.graph.div(one, q);
            times(b, reciprocal, p)
        }
        (Op::Mul, &[p, q]) => match (b.is_row(p), b.is_row(q)) {
            (false, true) => times(b, p, q),
            (true, false) => times(b, q, p),
            _ => id,
        },
        (Op::Select, &[mask, then, otherwise]) => match (b.graph.view(mask), b.graph.view(otherwise)) {
            // The guard of a norm's derivative is nothing to its value.
            ((Op::Compare(Comparison::Eq), &[u, at]), (Op::Apply(Primitive::Sqrt), &[v]))
                if u == v && at == zero && then == zero =>
            {
                otherwise
            }
            _ => id,
        },
        (Op::Apply(Primitive::Ln), &[sum]) => log_of_softmax_sum(b, sum).unwrap_or(id),
        _ => id,
    }
}

/// A scalar times a row, scalars first.
fn times(b: &mut Builder, scalar: Id, row: Id) -> Id {
    let node = b.graph.nodes()[row.index()];
    match (node.op, node.arguments()) {
        (Op::Mul, &[inner, rest]) if !b.is_row(inner) => {
            let scalar = b.graph.mul(scalar, inner);
            b.graph.mul(scalar, rest)
        }
        (Op::Mul, &[rest, inner]) if !b.is_row(inner) => {
            let scalar = b.graph.mul(scalar, inner);
            b.graph.mul(scalar, rest)
        }
        _ => b.graph.mul(scalar, row),
    }
}

/// ln Σ e^(x − max): the maxima contribute 1 each, so it is ln(1 + (their number − 1) + Σ of the others), to full
/// accuracy even where the others are 10⁻³⁰.
fn log_of_softmax_sum(b: &mut Builder, sum: Id) -> Option<Id> {
    let (Op::Reduce(Reduction::Sum), &[e]) = b.graph.view(sum) else { return None };
    let (Op::Apply(Primitive::Exp), &[below]) = b.graph.view(e) else { return None };
    let (Op::Sub, &[row, max]) = b.graph.view(below) else { return None };
    if b.graph.view(max) != (Op::Reduce(Reduction::Max), &[row]) {
        return None;
    }
    let (zero, one) = (b.zero(), b.graph.constant(1.0));
    let smaller = b.graph.compare(Comparison::Lt, row, max);
    let (others, maxima) = (b.graph.select(smaller, e, zero), b.graph.select(smaller, zero, one));
    let (others, maxima) = (b.reduce(Reduction::Sum, others), b.reduce(Reduction::Sum, maxima));
    let ties = b.graph.sub(maxima, one);
    let rest = b.graph.add(others, ties);
    Some(b.graph.apply(Primitive::Ln1p, &[rest]))
}
