//! Exponentials of rows in their stable form, whatever the spelling.
//!
//! Every exponential eᵃ of a row is e^m · e^(a − m) with the row's maximum m. The scalar factor is carried along
//! through products, quotients, sums and logarithms until it cancels (softmax), comes out of a logarithm (logsumexp)
//! or is multiplied back where it does neither. As the result doesn't depend on m, neither does its derivative: m is
//! a [`Reduction::Shift`].
//!
//! A number beside the exponentials, as the 1 of eˣ/(1 + Σ eˣ), is c = (c/Σ eˣ)·Σ eˣ, so 1 + Σ eˣ is Σ eˣ over
//! σ(ln Σ eˣ), the share that the exponentials have in the whole.

use std::collections::HashMap;
use std::f64::consts::LN_2;

use super::build::Builder;
use crate::graph::{Id, Op, Reduction};
use crate::primitive::Primitive;

/// A node as e^exponent · rest, and as it would be without.
#[derive(Debug, Clone, Copy)]
struct Scaled {
    plain: Id,
    rest: Id,
    /// A scalar; 0 where nothing was taken out.
    exponent: Id,
}

/// `root` with the maximum subtracted before exponentials wherever that cancels.
pub(super) fn canonical(b: &mut Builder, root: Id) -> Id {
    let mut known: HashMap<Id, Scaled> = HashMap::new();
    for id in b.graph.topological(&[root]) {
        let scaled = step(b, id, &known);
        known.insert(id, scaled);
    }
    known[&root].plain
}

fn step(b: &mut Builder, id: Id, known: &HashMap<Id, Scaled>) -> Scaled {
    let node = b.graph.nodes()[id.index()];
    let arguments: Vec<Scaled> = node.arguments().iter().map(|a| known[a]).collect();
    let plains: Vec<Id> = arguments.iter().map(|a| a.plain).collect();
    let plain = if plains.is_empty() { id } else { b.graph.rebuild(node.op, &plains) };
    let zero = b.zero();
    let unscaled = |plain| Scaled { plain, rest: plain, exponent: zero };
    let scaled = |b: &mut Builder, rest: Id, exponent: Id| scaled(b, plain, rest, exponent);
    match (node.op, arguments.as_slice()) {
        (Op::Apply(Primitive::Exp), &[a]) if b.is_row(a.plain) => exponential(b, plain, a.plain),
        (Op::Apply(Primitive::Exp2), &[a]) if b.is_row(a.plain) => {
            let scale = b.graph.constant(LN_2);
            let exponent = b.graph.mul(scale, a.plain);
            exponential(b, plain, exponent)
        }
        (Op::Apply(Primitive::Ln), &[a]) => {
            if let Some(log) = log_whole(b, a) {
                return unscaled(log);
            }
            let log = logarithm(b, a.rest);
            if a.exponent == zero {
                return unscaled(log);
            }
            if let Some(log) = log_sum(b, a) {
                return unscaled(log);
            }
            let node = b.graph.nodes()[log.index()];
            let sum = match (node.op, node.arguments()) {
                // ln e^(row − shift) + shift
                (Op::Sub, &[row, shift]) if shift == a.exponent => row,
                _ if b.is_row(log) => b.graph.add(log, a.exponent),
                _ => {
                    let sum = b.graph.add(a.exponent, log);
                    b.cancelled(sum)
                }
            };
            unscaled(sum)
        }
        (Op::Apply(Primitive::Sqrt), &[a]) if a.exponent != zero => {
            let half = b.graph.constant(0.5);
            let rest = b.graph.apply(Primitive::Sqrt, &[a.rest]);
            let exponent = b.graph.mul(half, a.exponent);
            scaled(b, rest, exponent)
        }
        (Op::Powi(n), &[a]) if a.exponent != zero => {
            let n_constant = b.graph.constant(f64::from(n));
            let rest = b.graph.powi(a.rest, n);
            let exponent = b.graph.mul(n_constant, a.exponent);
            scaled(b, rest, exponent)
        }
        // eᵘ·eᵛ and eᵘ/eᵛ are exponentials of rows themselves.
        (Op::Mul | Op::Div, &[p, q])
            if let (Some(u), Some(v)) = (exponent(b, p.plain), exponent(b, q.plain)) =>
        {
            let sum = if node.op == Op::Mul { b.graph.add(u, v) } else { b.graph.sub(u, v) };
            let plain = b.graph.apply(Primitive::Exp, &[sum]);
            exponential(b, plain, sum)
        }
        (Op::Mul, &[p, q]) if p.exponent != zero || q.exponent != zero => {
            let rest = b.graph.mul(p.rest, q.rest);
            let exponent = b.graph.add(p.exponent, q.exponent);
            scaled(b, rest, exponent)
        }
        (Op::Div, &[p, q]) if let Some(share) = share_of_number(b, p, q) => unscaled(share),
        (Op::Div, &[p, q]) if p.exponent != zero || q.exponent != zero => {
            let exponent = b.graph.sub(p.exponent, q.exponent);
            let softmax = if b.cancelled(exponent) == zero { softmax(b, p.rest, q.rest) } else { None };
            let rest = softmax.unwrap_or_else(|| b.graph.div(p.rest, q.rest));
            scaled(b, rest, exponent)
        }
        (Op::Add | Op::Sub, &[p, q]) if p.exponent == q.exponent && p.exponent != zero => {
            let rest = b.graph.rebuild(node.op, &[p.rest, q.rest]);
            scaled(b, rest, p.exponent)
        }
        (Op::Add, &[p, q]) if let Some(rest) = whole(b, p, q.plain).or_else(|| whole(b, q, p.plain)) => {
            let exponent = if softmax_sum(b, p.rest).is_some() { p.exponent } else { q.exponent };
            scaled(b, rest, exponent)
        }
        (Op::Neg | Op::Apply(Primitive::Abs) | Op::Reduce(Reduction::Max | Reduction::Min), &[a])
            if a.exponent != zero =>
        {
            let rest = b.graph.rebuild(node.op, &[a.rest]);
            scaled(b, rest, a.exponent)
        }
        (Op::Reduce(Reduction::Sum), &[a]) if a.exponent != zero => {
            let rest = b.sum(a.rest);
            scaled(b, rest, a.exponent)
        }
        (Op::Select, &[mask, p, q]) if p.exponent == q.exponent && p.exponent != zero => {
            let rest = b.graph.select(mask.plain, p.rest, q.rest);
            scaled(b, rest, p.exponent)
        }
        (Op::Compare(comparison), &[p, q]) if p.exponent == q.exponent && p.exponent != zero => {
            unscaled(b.graph.compare(comparison, p.rest, q.rest))
        }
        (Op::Add | Op::Sub, _) if !b.is_row(plain) => unscaled(b.cancelled(plain)),
        (Op::Sub, &[p, q]) if let Some(row) = log_softmax(b, p.plain, q.plain) => {
            unscaled(b.graph.node(Op::LogSoftmax, &[row]))
        }
        _ => unscaled(plain),
    }
}

/// `plain` as e^exponent · rest.
fn scaled(b: &mut Builder, plain: Id, rest: Id, exponent: Id) -> Scaled {
    let exponent = b.cancelled(exponent);
    let plain = if exponent == b.zero() { rest } else { plain };
    Scaled { plain, rest, exponent }
}

/// `plain` = eᵘ of a row u, less its maximum.
fn exponential(b: &mut Builder, plain: Id, u: Id) -> Scaled {
    let (row, offset) = offset(b, u);
    let shift = b.reduce(Reduction::Shift, row);
    let below = b.graph.sub(row, shift);
    let rest = b.graph.apply(Primitive::Exp, &[below]);
    let exponent = b.graph.add(shift, offset);
    scaled(b, plain, rest, exponent)
}

/// The row u of eᵘ.
fn exponent(b: &mut Builder, id: Id) -> Option<Id> {
    let (Op::Apply(Primitive::Exp), &[u]) = b.graph.view(id) else { return None };
    b.is_row(u).then_some(u)
}

/// A row as (row, scalar added to it).
fn offset(b: &mut Builder, id: Id) -> (Id, Id) {
    let zero = b.zero();
    match b.graph.view(id) {
        (Op::Sub, &[p, q]) => match (b.is_row(p), b.is_row(q)) {
            (true, false) => (p, b.graph.neg(q)),
            (false, true) => (b.graph.neg(q), p),
            _ => (id, zero),
        },
        (Op::Add, &[p, q]) => match (b.is_row(p), b.is_row(q)) {
            (true, false) => (p, q),
            (false, true) => (q, p),
            _ => (id, zero),
        },
        (Op::Neg, &[a]) => match offset(b, a) {
            (_, scalar) if scalar == zero => (id, zero),
            (row, scalar) => (b.graph.neg(row), b.graph.neg(scalar)),
        },
        (op @ (Op::Mul | Op::Div), &[p, q]) => {
            let (factor, row) = if b.is_row(p) { (q, p) } else { (p, q) };
            if b.is_row(factor) || (op == Op::Div && row == q) {
                return (id, zero);
            }
            match offset(b, row) {
                (_, scalar) if scalar == zero => (id, zero),
                (row, scalar) if op == Op::Mul => (b.graph.mul(factor, row), b.graph.mul(factor, scalar)),
                (row, scalar) => (b.graph.div(row, factor), b.graph.div(scalar, factor)),
            }
        }
        _ => (id, zero),
    }
}

/// The row x of a node Σ e^(x − max x).
fn softmax_sum(b: &Builder, sum: Id) -> Option<Id> {
    let (Op::Reduce(Reduction::Sum), &[e]) = b.graph.view(sum) else { return None };
    let (Op::Apply(Primitive::Exp), &[below]) = b.graph.view(e) else { return None };
    let (Op::Sub, &[row, shift]) = b.graph.view(below) else { return None };
    (b.graph.view(shift) == (Op::Reduce(Reduction::Shift), &[row])).then_some(row)
}

/// ln of `sum` = e^exponent · Σ e^(x − max x).
fn log_sum(b: &mut Builder, sum: Scaled) -> Option<Id> {
    let row = softmax_sum(b, sum.rest)?;
    let (log, shift) = (b.reduce(Reduction::LogSumExp, row), b.reduce(Reduction::Shift, row));
    let offset = b.graph.sub(sum.exponent, shift);
    let log = b.graph.add(log, offset);
    Some(b.cancelled(log))
}

/// What is left of a sum of exponentials and a positive `number` when the scale of the exponentials is taken out.
fn whole(b: &mut Builder, sum: Scaled, number: Id) -> Option<Id> {
    let log = log_sum(b, sum)?;
    let log_number = log_number(b, number)?;
    let odds = b.graph.sub(log, log_number);
    let odds = b.cancelled(odds);
    let share = b.graph.apply(Primitive::Sigmoid, &[odds]);
    Some(b.graph.node(Op::Div, &[sum.rest, share]))
}

/// ln of a scalar that is known to be positive.
fn log_number(b: &mut Builder, number: Id) -> Option<Id> {
    if b.graph.as_constant(number).is_some_and(|number| number > 0.0) {
        return Some(b.graph.apply(Primitive::Ln, &[number]));
    }
    let (Op::Apply(Primitive::Exp), &[log]) = b.graph.view(number) else { return None };
    (!b.is_row(log)).then_some(log)
}

/// The sum, and the odds that σ makes its share of, of what [`whole`] made.
fn parts_of_whole(b: &Builder, rest: Id) -> Option<(Id, Id)> {
    let (Op::Div, &[sum, share]) = b.graph.view(rest) else { return None };
    let (Op::Apply(Primitive::Sigmoid), &[odds]) = b.graph.view(share) else { return None };
    softmax_sum(b, sum).map(|_| (sum, odds))
}

/// ln(Σ eᵘ + c) = ln c + softplus(ln Σ eᵘ − ln c)
fn log_whole(b: &mut Builder, whole: Scaled) -> Option<Id> {
    let (sum, odds) = parts_of_whole(b, whole.rest)?;
    let log = log_sum(b, Scaled { rest: sum, ..whole })?;
    let log_number = b.graph.sub(log, odds);
    let log_number = b.cancelled(log_number);
    let softplus = b.graph.apply(Primitive::Softplus, &[odds]);
    Some(b.graph.add(log_number, softplus))
}

/// c/(Σ eᵘ + c)
fn share_of_number(b: &mut Builder, number: Scaled, whole: Scaled) -> Option<Id> {
    let (sum, odds) = parts_of_whole(b, whole.rest)?;
    let log = log_sum(b, Scaled { rest: sum, ..whole })?;
    let log_number = log_number(b, number.plain)?;
    let difference = b.graph.sub(log, log_number);
    if b.cancelled(difference) != odds {
        return None;
    }
    let against = b.graph.neg(odds);
    Some(b.graph.apply(Primitive::Sigmoid, &[against]))
}

/// e/Σ e as the softmax that it is; also (e·a)/Σ e, and Σ(e·a)/Σ e; the same with a number beside Σ e.
fn softmax(b: &mut Builder, numerator: Id, sum: Id) -> Option<Id> {
    if let Some((exponentials, _)) = parts_of_whole(b, sum) {
        let share = b.graph.arguments(sum)[1];
        if numerator == exponentials {
            return Some(share);
        }
        let quotient = softmax(b, numerator, exponentials)?;
        return Some(b.graph.mul(share, quotient));
    }
    let row = softmax_sum(b, sum)?;
    let e = b.graph.arguments(sum)[0];
    let node = b.graph.nodes()[numerator.index()];
    match (node.op, node.arguments()) {
        _ if numerator == e => Some(b.graph.node(Op::Softmax, &[row])),
        (Op::Neg, &[p]) => {
            let quotient = softmax(b, p, sum)?;
            Some(b.graph.neg(quotient))
        }
        (Op::Mul, &[p, q]) => {
            let (quotient, other) = match softmax(b, p, sum) {
                Some(quotient) => (quotient, q),
                None => (softmax(b, q, sum)?, p),
            };
            Some(b.graph.mul(other, quotient))
        }
        (Op::Reduce(Reduction::Sum), &[p]) if numerator != sum => {
            let quotient = softmax(b, p, sum)?;
            Some(b.sum(quotient))
        }
        _ => None,
    }
}

/// The row x, if `row` less `scalar` is x − ln Σ eˣ.
fn log_softmax(b: &mut Builder, row: Id, scalar: Id) -> Option<Id> {
    if !b.is_row(row) || b.is_row(scalar) {
        return None;
    }
    let (row, added) = offset(b, row);
    let taken = b.graph.sub(scalar, added);
    let log = b.cancelled(taken);
    (b.graph.view(log) == (Op::Reduce(Reduction::LogSumExp), &[row])).then_some(row)
}

/// ln of a node; what is positive among its factors comes out as long as its logarithm is known: the rest has the
/// sign of the whole.
fn logarithm(b: &mut Builder, id: Id) -> Id {
    let node = b.graph.nodes()[id.index()];
    if let Some(log) = known_logarithm(b, id) {
        return log;
    }
    if let (Op::Mul | Op::Div, &[p, q]) = (node.op, node.arguments()) {
        let (left, right) = (known_logarithm(b, p), known_logarithm(b, q));
        if left.is_some() || right.is_some() {
            let left = left.unwrap_or_else(|| logarithm(b, p));
            let right = right.unwrap_or_else(|| logarithm(b, q));
            return if node.op == Op::Mul { b.graph.add(left, right) } else { b.graph.sub(left, right) };
        }
    }
    b.graph.apply(Primitive::Ln, &[id])
}

/// ln of an exponential or of a softmax.
fn known_logarithm(b: &mut Builder, id: Id) -> Option<Id> {
    let node = b.graph.nodes()[id.index()];
    match (node.op, node.arguments()) {
        (Op::Apply(Primitive::Exp), &[u]) => Some(u),
        (Op::Softmax, &[row]) => Some(b.graph.node(Op::LogSoftmax, &[row])),
        _ => None,
    }
}
