//! Where a root is taken of 0 and the slope is finite all the same, as that of x·√|x| is: the root's own slope is infinite
//! there, and ∞ · 0 is no number. What is multiplied by nothing has no part in the slope.

use crate::differentiate::holding;
use crate::evaluate::{Value, evaluate};
use crate::function::Function;
use crate::graph::{Comparison, Id, Op};
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
            graph.compare(Comparison::Eq, argument, zero)
        })
        .collect();
    match masks.into_iter().reduce(|all, mask| graph.or(all, mask)) {
        Some(mask) => graph.select(mask, settled, slope),
        None => slope,
    }
}

/// The roots whose argument is 0 at a point where `slope` is no number, though it has a limit.
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
            let of_zero = |id: &Id| is_root(graph.op(*id)) && value(graph.arguments(*id)[0]) == Some(0.0);
            found.extend(order.iter().copied().filter(of_zero));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn is_root(op: Op) -> bool {
    matches!(op, Op::Apply(Primitive::Sqrt | Primitive::Cbrt | Primitive::Powf))
}
