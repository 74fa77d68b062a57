//! Where a root is taken of 0 and the slope is finite all the same, as that of x·√|x| is: the root's own slope is infinite
//! there, as that of acos is at ±1, and ∞ · 0 is no number. What is multiplied by nothing has no part in the slope.

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
    let mut masks = Vec::new();
    for root in roots {
        let argument = graph.arguments(root)[0];
        for &edge in edges(graph.op(root)) {
            let edge = graph.constant(edge);
            masks.push(graph.compare(Comparison::Eq, argument, edge));
        }
    }
    match masks.into_iter().reduce(|all, mask| graph.or(all, mask)) {
        Some(mask) => graph.select(mask, settled, slope),
        None => slope,
    }
}

/// The roots whose argument is at an edge at a point where `slope` is no number, though it has a limit.
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
            let at_edge = |id: &Id| {
                let argument = graph.arguments(*id).first().and_then(|&argument| value(argument));
                argument.is_some_and(|argument| edges(graph.op(*id)).contains(&argument))
            };
            found.extend(order.iter().copied().filter(at_edge));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Where the slope of a root, or of what is as steep as one, is infinite.
fn edges(op: Op) -> &'static [f64] {
    match op {
        Op::Apply(Primitive::Sqrt | Primitive::Cbrt | Primitive::Powf) => &[0.0],
        Op::Apply(Primitive::Asin | Primitive::Acos) => &[-1.0, 1.0],
        Op::Apply(Primitive::Acosh) => &[1.0],
        _ => &[],
    }
}
