//! Where a root is taken of 0 and the slope is finite all the same, as that of x·√|x| is: the root's own slope is infinite
//! there, and ∞ · 0 is no number. What is multiplied by nothing has no part in the slope. The same holds of arc sines and
//! the like at 1.

use crate::differentiate::holding;
use crate::evaluate::{Value, evaluate};
use crate::function::Function;
use crate::graph::{Comparison, Graph, Id, Op};
use crate::primitive::Primitive;
use crate::rewrite::rewrite;

/// `slope`, the derivative of the value, with what the other terms come to where it would be no number.
pub fn settle(function: &mut Function, slope: Id) -> Id {
    let roots = roots(function, slope);
    if roots.is_empty() {
        return slope;
    }
    let graph = &mut function.graph;
    let settled = holding(graph, function.value, Op::Input(0), &roots);
    let settled = rewrite(graph, settled, &mut function.facts.rewrites);
    let zero = graph.constant(0.0);
    let masks: Vec<Id> = roots
        .into_iter()
        .map(|root| {
            let argument = graph.arguments(root)[0];
            if edge(graph.op(root)) == Some(0.0) {
                return graph.compare(Comparison::Eq, argument, zero);
            }
            let (magnitude, one) = (graph.apply(Primitive::Abs, &[argument]), graph.constant(1.0));
            let at_edge = graph.compare(Comparison::Eq, magnitude, one);
            // Beside that point many an argument rounds to 1, and an infinite slope tells that it isn't 1.
            let undefined = is_nan(graph, slope);
            graph.and(at_edge, undefined)
        })
        .collect();
    match masks.into_iter().reduce(|all, mask| graph.or(all, mask)) {
        Some(mask) => graph.select(mask, settled, slope),
        None => slope,
    }
}

/// The roots and the like with an infinite slope of their own at a point where `slope` is no number, though it has a limit.
fn roots(function: &Function, slope: Id) -> Vec<Id> {
    let graph = &function.graph;
    let order = graph.topological(&[function.value, slope]);
    let mut found = Vec::new();
    for (x, parameters) in &function.facts.holes {
        let leaf = |op| match op {
            Op::Input(_) => Some(*x),
            Op::Constant(bits) => Some(f64::from_bits(bits)),
            op => graph.given(op, parameters).copied(),
        };
        let mut values: Vec<Value<f64>> = Vec::new();
        evaluate(graph, &order, leaf, &mut values);
        let value = |id: Id| values[id.index()].number();
        if value(slope).is_some_and(f64::is_nan) {
            let is_steep = |id: &Id| {
                let edge = edge(graph.op(*id));
                edge.is_some() && value(graph.arguments(*id)[0]).map(f64::abs) == edge
            };
            found.extend(order.iter().copied().filter(is_steep));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether a node is no number, not even an infinite one.
fn is_nan(graph: &mut Graph, id: Id) -> Id {
    let [least, most] = [f64::NEG_INFINITY, f64::INFINITY].map(|bound| graph.constant(bound));
    let [above, below] = [(Comparison::Gt, least), (Comparison::Lt, most)]
        .map(|(comparison, bound)| graph.compare(comparison, id, bound));
    let number = graph.or(above, below);
    graph.not(number)
}

/// The magnitude of the argument at which the slope of a root, or of an arc sine and the like, is infinite.
fn edge(op: Op) -> Option<f64> {
    match op {
        Op::Apply(Primitive::Sqrt | Primitive::Cbrt | Primitive::Powf) => Some(0.0),
        Op::Apply(Primitive::Asin | Primitive::Acos | Primitive::Acosh) => Some(1.0),
        _ => None,
    }
}
