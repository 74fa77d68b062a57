//! Derivatives of functions of rows: reverse mode from reduction to reduction, forward mode within the element-wise
//! pieces between them.
//!
//! A piece is an expression of the rows and of the reductions before it. Its slope with respect to each is found by
//! [`with_respect_to`], so a branch selects and nothing leaks from the side not taken.

use std::collections::HashMap;

use super::build::Builder;
use super::softmax::{self, Form};
use crate::differentiate::with_respect_to;
use crate::graph::{Comparison, Id, Op, Reduction};
use crate::primitive::Primitive;

/// Reverse mode: the gradient of Σ weight · node over `seeds` with respect to each of `leaves`.
pub(super) fn gradient(b: &mut Builder, seeds: &[(Id, Id)], leaves: &[Id], form: Form) -> Vec<Id> {
    let zero = b.zero();
    let mut gradients = vec![zero; leaves.len()];
    let mut adjoints: HashMap<Id, Id> = HashMap::new();
    let mut pending = Vec::new();
    for &(node, weight) in seeds {
        pull(b, node, leaves, &mut gradients, &mut adjoints, &mut pending, |b, slope| {
            b.graph.mul(weight, slope)
        });
    }
    // A reduction within another comes before it in the graph.
    while let Some(boundary) = pending.iter().copied().max() {
        pending.retain(|&id| id != boundary);
        let adjoint = adjoints[&boundary];
        let row = b.graph.arguments(boundary)[0];
        let flows = match b.graph.op(boundary) {
            Op::Softmax => {
                let deviation = softmax::deviation(b, row, adjoint, form);
                Weight::Row(b.graph.mul(boundary, deviation))
            }
            Op::LogSoftmax => Weight::Row(softmax::remainder(b, row, adjoint, form)),
            Op::Reduce(kind) => match weight(b, kind, boundary, row) {
                Some(weight) => weight.scaled(b, adjoint),
                None => continue,
            },
            _ => continue,
        };
        pull(b, row, leaves, &mut gradients, &mut adjoints, &mut pending, |b, slope| flows.apply(b, slope));
    }
    gradients
}

/// Adds what flows from `node` to the leaves and to the reductions that it is made of.
fn pull(
    b: &mut Builder,
    node: Id,
    leaves: &[Id],
    gradients: &mut [Id],
    adjoints: &mut HashMap<Id, Id>,
    pending: &mut Vec<Id>,
    weigh: impl Fn(&mut Builder, Id) -> Id,
) {
    let zero = b.zero();
    let over_row = b.is_row(node);
    for (&leaf, gradient) in leaves.iter().zip(gradients) {
        let slope = with_respect_to(&mut b.graph, node, leaf);
        if slope != zero {
            let mut term = weigh(b, slope);
            if over_row && !b.is_row(leaf) {
                term = b.sum(term);
            }
            *gradient = b.graph.add(*gradient, term);
        }
    }
    for boundary in b.boundaries(node) {
        let slope = with_respect_to(&mut b.graph, node, boundary);
        if slope != zero {
            let mut term = weigh(b, slope);
            if over_row && !b.is_row(boundary) {
                term = b.sum(term);
            }
            let adjoint = adjoints.get(&boundary).copied().unwrap_or(zero);
            let adjoint = b.graph.add(adjoint, term);
            adjoints.insert(boundary, adjoint);
            if !pending.contains(&boundary) {
                pending.push(boundary);
            }
        }
    }
}

/// Forward mode: the tangent of `root` where each leaf has the tangent beside it.
pub(super) fn tangent(b: &mut Builder, root: Id, leaves: &[(Id, Id)]) -> Id {
    let mut known: Vec<(Id, Id)> = leaves.to_vec();
    for id in b.graph.topological(&[root]) {
        let op = b.graph.op(id);
        if !matches!(op, Op::Reduce(_) | Op::Softmax | Op::LogSoftmax) {
            continue;
        }
        let row = b.graph.arguments(id)[0];
        let inner = push(b, row, &known);
        let tangent = match op {
            Op::Softmax => {
                let deviation = softmax::deviation(b, row, inner, Form::Parts);
                b.graph.mul(id, deviation)
            }
            Op::LogSoftmax => softmax::deviation(b, row, inner, Form::Parts),
            Op::Reduce(kind) => match weight(b, kind, id, row) {
                Some(weight) => {
                    let weighed = weight.apply(b, inner);
                    b.sum(weighed)
                }
                None => b.zero(),
            },
            _ => continue,
        };
        known.push((id, tangent));
    }
    push(b, root, &known)
}

/// The tangent of an element-wise piece.
fn push(b: &mut Builder, node: Id, known: &[(Id, Id)]) -> Id {
    let zero = b.zero();
    let mut tangent = zero;
    for &(leaf, direction) in known {
        let slope = with_respect_to(&mut b.graph, node, leaf);
        if slope != zero && direction != zero {
            let term = b.graph.mul(slope, direction);
            tangent = b.graph.add(tangent, term);
        }
    }
    tangent
}

/// How a reduction depends on each element of its row.
enum Weight {
    /// All alike, by this scalar.
    All(Id),
    /// Only the element chosen by the mask, by this scalar.
    Chosen(Id, Id),
    /// As this row says.
    Row(Id),
}

impl Weight {
    fn apply(&self, b: &mut Builder, slope: Id) -> Id {
        let zero = b.zero();
        match *self {
            Self::All(factor) => b.graph.mul(factor, slope),
            Self::Chosen(mask, factor) => {
                let slope = b.graph.mul(factor, slope);
                b.graph.select(mask, slope, zero)
            }
            Self::Row(row) => b.graph.mul(row, slope),
        }
    }

    /// Times a scalar.
    fn scaled(self, b: &mut Builder, by: Id) -> Self {
        match self {
            Self::All(factor) => Self::All(b.graph.mul(by, factor)),
            Self::Chosen(mask, factor) => Self::Chosen(mask, b.graph.mul(by, factor)),
            Self::Row(row) => Self::Row(b.graph.mul(by, row)),
        }
    }
}

/// ∂reduction/∂element; `None` where it is 0.
fn weight(b: &mut Builder, kind: Reduction, reduction: Id, row: Id) -> Option<Weight> {
    let (zero, one) = (b.zero(), b.graph.constant(1.0));
    match kind {
        Reduction::Shift => None,
        Reduction::LogSumExp => Some(Weight::Row(b.graph.node(Op::Softmax, &[row]))),
        Reduction::Sum => Some(Weight::All(one)),
        Reduction::Spread => {
            let mean = b.mean(row);
            let two = b.graph.constant(2.0);
            let centred = b.graph.sub(row, mean);
            Some(Weight::Row(b.graph.mul(two, centred)))
        }
        // Of equals the last, as max(a, b) takes the second.
        Reduction::Max | Reduction::Min => {
            let position = b.graph.node(Op::Position, &[]);
            let nowhere = b.graph.constant(-1.0);
            let equal = b.graph.compare(Comparison::Eq, row, reduction);
            let candidate = b.graph.select(equal, position, nowhere);
            let last = b.reduce(Reduction::Max, candidate);
            Some(Weight::Chosen(b.graph.compare(Comparison::Eq, position, last), one))
        }
        // The product of the others: of all but a zero if there is one, nothing if there are more.
        Reduction::Prod => {
            let is_zero = b.graph.compare(Comparison::Eq, row, zero);
            let counted = b.graph.select(is_zero, one, zero);
            let zeros = b.reduce(Reduction::Sum, counted);
            let skipped = b.graph.select(is_zero, one, row);
            let nonzero = b.reduce(Reduction::Prod, skipped);
            let others = b.graph.div(nonzero, row);
            let (none, single) =
                (b.graph.compare(Comparison::Eq, zeros, zero), b.graph.compare(Comparison::Eq, zeros, one));
            let at_zero = b.graph.select(single, nonzero, zero);
            let elsewhere = b.graph.select(none, others, zero);
            Some(Weight::Row(b.graph.select(is_zero, at_zero, elsewhere)))
        }
    }
}

/// √u with 0 for the derivative at u = 0, wherever u is a sum of squares: there the inner derivative is 0 as well,
/// and the gradient of the norm at the origin is taken to be 0.
pub(super) fn guard_norms(b: &mut Builder, root: Id) -> Id {
    let zero = b.zero();
    super::rebuild(b, root, &mut |b, id| {
        let (Op::Apply(Primitive::Sqrt), &[u]) = b.graph.view(id) else { return id };
        if b.is_row(u) || !is_sum_of_squares(b, u) {
            return id;
        }
        let at_origin = b.graph.compare(Comparison::Eq, u, zero);
        b.graph.select(at_origin, zero, id)
    })
}

/// Not negative, and 0 only where all that it is made of is 0.
fn is_sum_of_squares(b: &Builder, id: Id) -> bool {
    let graph = &b.graph;
    match graph.view(id) {
        (Op::Reduce(Reduction::Sum), &[row]) => is_square(b, row),
        (Op::Mul, &[a, c]) if graph.as_constant(a).is_some_and(|a| a > 0.0) => is_sum_of_squares(b, c),
        (Op::Div, &[a, c]) if graph.op(c) == Op::Length || graph.as_constant(c).is_some_and(|c| c > 0.0) => {
            is_sum_of_squares(b, a)
        }
        (Op::Add, &[a, c]) => is_sum_of_squares(b, a) && is_sum_of_squares(b, c),
        _ => false,
    }
}

fn is_square(b: &Builder, id: Id) -> bool {
    match b.graph.view(id) {
        (Op::Mul, &[a, c]) => a == c || (b.graph.as_constant(a).is_some_and(|a| a > 0.0) && is_square(b, c)),
        (Op::Powi(n), _) => n > 0 && n % 2 == 0,
        (Op::Add, &[a, c]) => is_square(b, a) && is_square(b, c),
        _ => false,
    }
}
