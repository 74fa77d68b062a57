//! A branch knows the side that it is on: where u > 0, |u| is u.
//!
//! Kinks that cancel, as those of max(u, 0) + ln(1 + e^(−|u|)) do, leave no trace in the value, but a derivative
//! put together from each one's convention at u = 0 is wrong there. On either side there are none.

use crate::differentiate::differentiate;
use crate::evaluate::{Value, evaluate};
use crate::graph::{Comparison, Graph, Id, IdMap, Op};
use crate::primitive::Primitive;

/// How many branches of one function are looked into.
const BRANCHES: usize = 16;

/// The same function, with |u|, max(u, 0) and min(u, 0) resolved where the side of u is known.
pub fn resolve_sides(graph: &mut Graph, root: Id) -> Id {
    let root = smooth(graph, root);
    let mut replaced: IdMap<Id> = IdMap::default();
    let mut branches = 0;
    for id in graph.topological(&[root]) {
        let node = graph.nodes()[id.index()];
        let arguments: Vec<Id> = node.arguments().iter().map(|a| replaced.replacement(*a)).collect();
        let mut new = if arguments == node.arguments() { id } else { graph.rebuild(node.op, &arguments) };
        if let (Op::Select, &[mask, then, otherwise]) = (graph.op(new), graph.arguments(new))
            && let Some((u, positive)) = side(graph, mask)
            && branches < BRANCHES
        {
            branches += 1;
            let then = on_side(graph, then, u, positive);
            let otherwise = on_side(graph, otherwise, u, !positive);
            new = graph.select(mask, then, otherwise);
        }
        replaced.insert(id, new);
    }
    replaced.replacement(root)
}

/// What is compared with 0, and whether it is positive where the mask is set.
fn side(graph: &Graph, mask: Id) -> Option<(Id, bool)> {
    match graph.view(mask) {
        (Op::Compare(comparison), &[u, zero]) if graph.as_constant(zero) == Some(0.0) => match comparison {
            Comparison::Lt | Comparison::Le => Some((u, false)),
            Comparison::Gt | Comparison::Ge => Some((u, true)),
            Comparison::Eq | Comparison::Ne => None,
        },
        _ => None,
    }
}

/// The nodes of the graph with a kink at u = 0: |u|, max(u, 0), min(u, 0).
fn kinks(graph: &mut Graph, u: Id) -> Vec<(Primitive, Id)> {
    let zero = graph.constant(0.0);
    let spellings =
        [(Primitive::Abs, vec![u]), (Primitive::Max, vec![u, zero]), (Primitive::Max, vec![zero, u])]
            .into_iter();
    let spellings = spellings.chain([(Primitive::Min, vec![u, zero]), (Primitive::Min, vec![zero, u])]);
    spellings.filter_map(|(p, arguments)| Some((p, graph.find(Op::Apply(p), &arguments)?))).collect()
}

/// The node `root` for u ≥ 0 or for u ≤ 0.
fn on_side(graph: &mut Graph, root: Id, u: Id, positive: bool) -> Id {
    let (zero, opposite) = (graph.constant(0.0), graph.neg(u));
    let mut replaced: IdMap<Id> = IdMap::default();
    for (primitive, id) in kinks(graph, u) {
        let value = match (primitive, positive) {
            (Primitive::Abs | Primitive::Max, true) | (Primitive::Min, false) => u,
            (Primitive::Abs, false) => opposite,
            _ => zero,
        };
        replaced.insert(id, value);
    }
    if !positive && let Some(again) = graph.find(Op::Compare(Comparison::Lt), &[opposite, zero]) {
        replaced.insert(again, graph.truth(false));
    }
    for id in graph.topological(&[root]) {
        if !replaced.contains_key(&id) {
            let node = graph.nodes()[id.index()];
            let arguments: Vec<Id> = node.arguments().iter().map(|a| replaced.replacement(*a)).collect();
            let new = if arguments == node.arguments() { id } else { graph.rebuild(node.op, &arguments) };
            replaced.insert(id, new);
        }
    }
    replaced.replacement(root)
}

/// Splits a function of several kinks at one place, where they cancel.
fn smooth(graph: &mut Graph, root: Id) -> Id {
    let order = graph.topological(&[root]);
    let inputs: Vec<Id> = order.iter().copied().filter(|&id| matches!(graph.op(id), Op::Input(_))).collect();
    let &[x] = inputs.as_slice() else { return root };
    let used = kinks(graph, x).into_iter().filter(|(_, id)| order.contains(id)).count();
    if used < 2 {
        return root;
    }
    let sides = [true, false].map(|positive| on_side(graph, root, x, positive));
    let variable = graph.op(x);
    let slopes = sides.map(|side| differentiate(graph, side, variable));
    let agree = [0.7, 1.3].into_iter().all(|parameter| {
        let [above, below] = slopes.map(|slope| at_zero(graph, slope, parameter));
        (above - below).abs() <= 1e-12
    });
    if !agree {
        return root;
    }
    let zero = graph.constant(0.0);
    let mask = graph.compare(Comparison::Gt, x, zero);
    graph.select(mask, sides[0], sides[1])
}

/// The value of a node where the input is 0 and the parameters all have one value.
fn at_zero(graph: &Graph, root: Id, parameter: f64) -> f64 {
    let leaf = |op| match op {
        Op::Input(_) => Some(0.0),
        Op::Parameter(_) => Some(parameter),
        Op::Constant(bits) => Some(f64::from_bits(bits)),
        _ => None,
    };
    let mut values: Vec<Value<f64>> = Vec::new();
    evaluate(graph, &graph.topological(&[root]), leaf, &mut values);
    values[root.index()].number().unwrap_or(f64::NAN)
}
