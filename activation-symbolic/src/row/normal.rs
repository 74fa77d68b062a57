//! The last rewriting, of what is computed: one multiplication by a scalar's reciprocal instead of a division at
//! every element, scalars with scalars, softmax by its parts.

use super::build::Builder;
use super::schedule::passes;
use super::softmax;
use crate::graph::{Comparison, Id, Op, Reduction};
use crate::primitive::Primitive;

/// The same function of `root`, as it is best computed; whether it is a derivative.
pub(super) fn normal(b: &mut Builder, root: Id, derived: bool) -> Id {
    let split = derived
        || b.graph.depends(root, |op| matches!(op, Op::LogSoftmax | Op::Reduce(Reduction::LogSumExp)));
    let gathered = super::rebuild(b, root, &mut gather);
    let gathered = with_spreads(b, gathered);
    let spelled = super::rebuild(b, gathered, &mut |b, id| spell(b, id, split));
    super::rebuild(b, spelled, &mut |b, id| {
        let node = b.graph.nodes()[id.index()];
        match (node.op, node.arguments()) {
            // Sums that are split by the maximum don't see a NaN, so it has to be in the maximum.
            (Op::Reduce(Reduction::Shift), &[row]) if split => b.reduce(Reduction::Max, row),
            // max x − ln Σ eˣ, where the maximum cancels.
            (Op::Sub, &[max, sum])
                if !b.is_row(id) && b.graph.op(sum) == Op::Add && b.graph.arguments(sum)[0] == max =>
            {
                let rest = b.graph.arguments(sum)[1];
                b.graph.neg(rest)
            }
            // The length is the same for all rows.
            (Op::Div, &[p, q]) if b.is_spread(p) && b.graph.op(q) == Op::Length => {
                let one = b.graph.constant(1.0);
                let reciprocal = b.graph.div(one, q);
                b.graph.mul(p, reciprocal)
            }
            // In a derivative several numbers are divided by the same root or length.
            (Op::Div, &[p, q]) if derived && !b.is_row(id) && b.graph.as_constant(q).is_none() => {
                let one = b.graph.constant(1.0);
                let reciprocal = b.graph.div(one, q);
                b.graph.mul(p, reciprocal)
            }
            _ => step(b, id),
        }
    })
}

/// a·ln Σ eˣ − a·x as the logarithm of a softmax, which it comes to where losses are differentiated.
fn gather(b: &mut Builder, id: Id) -> Id {
    let (Op::Sub, &[p, q]) = b.graph.view(id) else { return id };
    let (scalar, term, is_first) = if b.is_row(p) { (q, p, false) } else { (p, q, true) };
    let (factor, Some(row)) = b.factors(term) else { return id };
    let Some(log) = b.graph.find(Op::Reduce(Reduction::LogSumExp), &[row]) else { return id };
    if b.graph.mul(factor, log) != scalar && b.graph.mul(log, factor) != scalar {
        return id;
    }
    let softmax = b.graph.node(Op::LogSoftmax, &[row]);
    let product = b.graph.mul(factor, softmax);
    if is_first { b.graph.neg(product) } else { product }
}

/// The spreads of rows beside their sums, if that saves a pass.
fn with_spreads(b: &mut Builder, root: Id) -> Id {
    let with = super::rebuild(b, root, &mut spread);
    let depth = |root| passes(b, &[root], false, |_| false).passes.len();
    if depth(with) < depth(root) { with } else { root }
}

/// Σ (a − mean a)², which is known as soon as the mean is.
fn spread(b: &mut Builder, id: Id) -> Id {
    let Some((factor, row)) = b.spread_of(id) else { return id };
    let spread = b.reduce(Reduction::Spread, row);
    b.graph.mul(factor, spread)
}

/// Softmax and its relatives by what they are made of.
fn spell(b: &mut Builder, id: Id, split: bool) -> Id {
    let node = b.graph.nodes()[id.index()];
    match (node.op, node.arguments()) {
        (Op::Softmax, &[row]) => softmax::softmax(b, row, split),
        (Op::LogSoftmax, &[row]) => {
            let shift = b.reduce(Reduction::Shift, row);
            let below = b.graph.sub(row, shift);
            let log = softmax::log_sum(b, row);
            b.graph.sub(below, log)
        }
        (Op::Reduce(Reduction::LogSumExp), &[row]) => {
            let shift = b.reduce(Reduction::Shift, row);
            let log = softmax::log_sum(b, row);
            b.graph.add(shift, log)
        }
        _ => id,
    }
}

fn step(b: &mut Builder, id: Id) -> Id {
    let zero = b.zero();
    let node = b.graph.nodes()[id.index()];
    match (node.op, node.arguments()) {
        // Divided by its maximum, a row is exactly 1 there.
        (Op::Div, &[_, q]) if matches!(b.graph.op(q), Op::Reduce(Reduction::Max | Reduction::Min)) => id,
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
        _ => id,
    }
}

/// A scalar times a row: all scalars first, as their product has a range that rows of f32 don't have.
fn times(b: &mut Builder, scalar: Id, row: Id) -> Id {
    let (factor, rest) = scalars(b, row);
    let scalar = b.graph.mul(scalar, factor);
    if b.graph.as_constant(scalar).is_some() {
        return b.graph.mul(scalar, rest);
    }
    // As it is: simplification would take numbers out of the scalar, and multiply every element by them.
    b.graph.node(Op::Mul, &[scalar, rest])
}

/// The scalar factors of a row, and what is left of it.
fn scalars(b: &mut Builder, row: Id) -> (Id, Id) {
    let node = b.graph.nodes()[row.index()];
    let (scalar, rest) = match (node.op, node.arguments()) {
        (Op::Mul, &[p, q]) if !b.is_row(p) => (p, q),
        (Op::Mul, &[q, p]) if !b.is_row(p) => (p, q),
        _ => return (b.graph.constant(1.0), row),
    };
    let (factor, rest) = scalars(b, rest);
    (b.graph.mul(scalar, factor), rest)
}

/// A product as a fraction, where its numbers cancel: the 2 of a square and the ½ of a root are nothing.
pub(super) fn cancelled(b: &mut Builder, root: Id) -> Id {
    let (mut numbers, mut above, mut below) = (Vec::new(), Vec::new(), Vec::new());
    let mut left = vec![root];
    while let Some(id) = left.pop() {
        let node = b.graph.nodes()[id.index()];
        match (node.op, node.arguments()) {
            (Op::Mul, &[p, q]) => left.extend([q, p]),
            (Op::Div, &[p, q]) => {
                below.push(q);
                left.push(p);
            }
            (Op::Constant(_), _) => numbers.push(id),
            _ => above.push(id),
        }
    }
    let one = b.graph.constant(1.0);
    let number = numbers.iter().fold(one, |product, &number| b.graph.mul(product, number));
    if numbers.len() < 2 || number != one || below.is_empty() {
        return root;
    }
    let above = above.into_iter().reduce(|p, q| b.graph.mul(p, q)).unwrap_or(one);
    below.into_iter().fold(above, |p, q| b.graph.div(p, q))
}
