//! Calls of other functions by path. What a callee gives is one more input to what is around the call: a leaf, so that
//! all else goes on as in a function without calls.
//!
//! f(x) = g(x, s) with s = c(a(x)), and its gradient goes backwards through that: s̄ is g's gradient with respect to s,
//! ā = Jᵀ·s̄ of the callee at a, and x's gradient is that of g(x, s)·dy + a(x)·ā. Forwards: ṡ = J·ȧ of the callee.

use std::collections::BTreeSet;

use super::build::Builder;
use super::derive::{gradient, tangent};
use super::softmax::Form;
use crate::differentiate::differentiate;
use crate::graph::{Graph, Id, Op, Part};

/// What of a callee is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Kind {
    /// y = c(a)
    #[default]
    Value,
    /// ā = Jᵀ·ȳ for each argument
    Pullback,
    /// The gradient of each of its parameters.
    Parameters,
    /// ẏ = J·ȧ
    Pushforward,
}

/// A call, or one of its products with vectors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Call {
    /// Index into [`Graph::callees`].
    pub(super) callee: u8,
    pub(super) kind: Kind,
    /// a, as it is written.
    pub(super) written: Vec<Id>,
    /// a, as it is computed.
    pub(super) arguments: Vec<Id>,
    /// ȳ, or an ȧ for each argument.
    pub(super) weights: Vec<Id>,
    /// The leaves of what it gives.
    pub(super) results: Vec<Id>,
}

impl Call {
    /// All that it is given.
    pub(super) fn given(&self) -> Vec<Id> {
        [&self.arguments[..], &self.weights].concat()
    }
}

/// The roots, with leaves in the place of calls of rows. A call of numbers is one of an activation of numbers, and stays.
pub(super) fn split(b: &mut Builder, roots: &[Id]) -> Vec<Id> {
    let mut split = Vec::new();
    for &root in roots {
        split.push(super::rebuild(b, root, &mut |b, id| {
            let (Op::Call { callee, part: Part::Value }, arguments) = b.graph.view(id) else { return id };
            let arguments = arguments.to_vec();
            if !arguments.iter().any(|&a| b.is_row(a)) {
                return id;
            }
            let call =
                Call { callee, kind: Kind::Value, written: arguments.clone(), arguments, ..Call::default() };
            of(b, call, 1)[0]
        }));
    }
    split
}

/// The leaves of a call, an old one or a new one.
fn of(b: &mut Builder, call: Call, results: usize) -> Vec<Id> {
    let same = |other: &&Call| Call { results: other.results.clone(), ..call.clone() } == **other;
    if let Some(call) = b.calls.iter().find(same) {
        return call.results.clone();
    }
    let results: Vec<Id> = (0..results).map(|_| b.leaf(call.kind == Kind::Parameters)).collect();
    b.calls.push(Call { results: results.clone(), ..call });
    results
}

/// The calls that `roots` need, in order.
pub(super) fn needed(b: &Builder, roots: &[Id]) -> Vec<usize> {
    let mut roots = roots.to_vec();
    let mut found = BTreeSet::new();
    for (n, call) in b.calls.iter().enumerate().rev() {
        let reached = b.graph.reachable(&roots);
        if call.results.iter().any(|leaf| reached[leaf.index()]) {
            found.insert(n);
            roots.extend(call.given());
        }
    }
    found.into_iter().collect()
}

/// [`gradient`] through all calls: also what of it the parameters that callees are given take.
pub(super) fn pull(b: &mut Builder, seeds: &[(Id, Id)], leaves: &[Id], form: Form) -> Vec<Id> {
    let mut seeds = seeds.to_vec();
    let mut through_parameters = vec![b.zero(); leaves.len()];
    let roots: Vec<Id> = seeds.iter().map(|seed| seed.0).collect();
    let needed: Vec<usize> =
        needed(b, &roots).into_iter().filter(|&n| b.calls[n].kind == Kind::Value).collect();
    for n in needed.into_iter().rev() {
        let value = b.calls[n].clone();
        let weight = gradient(b, &seeds, &value.results, form)[0];
        if weight == b.zero() {
            continue;
        }
        let weighed = |kind| Call { kind, weights: vec![weight], ..value.clone() };
        through_callee(b, &weighed(Kind::Parameters), leaves, &mut through_parameters);
        let arguments = &value.arguments;
        if !arguments.iter().any(|&a| depends(b, a, leaves)) {
            continue;
        }
        let pulled = of(b, weighed(Kind::Pullback), arguments.len());
        for (&argument, &weight) in arguments.iter().zip(&pulled) {
            // A number was the same at every position.
            let weight = if b.is_row(argument) { weight } else { b.sum(weight) };
            seeds.push((argument, weight));
        }
    }
    let gradients = gradient(b, &seeds, leaves, form);
    gradients.into_iter().zip(through_parameters).map(|(g, through)| b.graph.add(g, through)).collect()
}

/// Adds what flows to the leaves by the parameters of a callee.
fn through_callee(b: &mut Builder, call: &Call, leaves: &[Id], gradients: &mut [Id]) {
    let parameters = b.graph.callees[call.callee as usize].parameters.clone();
    let zero = b.zero();
    for (&leaf, gradient) in leaves.iter().zip(gradients) {
        let op @ Op::Parameter(_) = b.graph.op(leaf) else { continue };
        for (n, &parameter) in parameters.iter().enumerate() {
            let slope = differentiate(&mut b.graph, parameter, op);
            if slope != zero {
                let pulled = of(b, call.clone(), parameters.len());
                let term = b.graph.mul(pulled[n], slope);
                *gradient = b.graph.add(*gradient, term);
            }
        }
    }
}

/// [`tangent`] through all calls.
pub(super) fn push(b: &mut Builder, root: Id, leaves: &[(Id, Id)]) -> Id {
    let mut known = leaves.to_vec();
    let zero = b.zero();
    for n in needed(b, &[root]) {
        let value = b.calls[n].clone();
        let weights: Vec<Id> = value.arguments.iter().map(|&a| tangent(b, a, &known)).collect();
        if weights.iter().any(|&tangent| tangent != zero) {
            let pushed = of(b, Call { kind: Kind::Pushforward, weights, ..value.clone() }, 1);
            known.push((value.results[0], pushed[0]));
        }
    }
    tangent(b, root, &known)
}

/// Whether a node changes with a leaf, be it by calls.
fn depends(b: &Builder, id: Id, leaves: &[Id]) -> bool {
    let through = needed(b, &[id]).into_iter().flat_map(|n| b.calls[n].given());
    let roots: Vec<Id> = through.chain([id]).collect();
    let reached = b.graph.reachable(&roots);
    leaves.iter().any(|leaf| reached.get(leaf.index()).copied().unwrap_or(false))
}

/// `root` as it is shown: calls as they are written instead of their leaves.
pub(super) fn joined(b: &mut Builder, root: Id) -> Id {
    let mut root = root;
    for n in (0..b.calls.len()).rev() {
        let Call { callee, kind: Kind::Value, written, results, .. } = b.calls[n].clone() else { continue };
        let op = Op::Call { callee, part: Part::Value };
        root = super::rebuild(b, root, &mut |b, id| {
            if id == results[0] { b.graph.node(op, &written) } else { id }
        });
    }
    root
}

/// The inputs and the calls that a node is made of element by element: not looking behind reductions, nor into what
/// callees are given.
pub(super) fn surface(graph: &Graph, root: Id) -> Vec<Id> {
    let mut found = Vec::new();
    let mut seen = vec![false; graph.nodes().len()];
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        if !std::mem::replace(&mut seen[id.index()], true) {
            match graph.op(id) {
                Op::Input(_) | Op::Call { .. } => found.push(id),
                Op::Reduce(_) => {}
                _ => stack.extend(graph.arguments(id)),
            }
        }
    }
    found.sort_unstable();
    found
}
