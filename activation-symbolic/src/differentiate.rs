//! Symbolic differentiation in forward mode: the tangent of every node with respect to one variable.
//!
//! A branch selects the tangent of the side taken; nothing is multiplied by 0 or 1, so a NaN or infinity in the
//! side not taken can't leak. The graph is hash-consed, so what the tangents of several variables share is one node.

use crate::graph::{Comparison, Graph, Id, IdMap, Op, Part};
use crate::numerator;
use crate::primitive::Primitive;
use crate::symbol::build;

/// The derivative of `root` with respect to the leaf `variable` (an input or a parameter).
pub fn differentiate(graph: &mut Graph, root: Id, variable: Op) -> Id {
    holding(graph, root, variable, &[])
}

/// The same, as if some of the nodes were constants.
pub fn holding(graph: &mut Graph, root: Id, variable: Op, constants: &[Id]) -> Id {
    let variable = graph.node(variable, &[]);
    tangent_of(graph, root, variable, constants)
}

/// The derivative of `root` with respect to the node `variable`: a leaf, or the reduction of a row. Other reductions
/// are constants.
pub fn with_respect_to(graph: &mut Graph, root: Id, variable: Id) -> Id {
    tangent_of(graph, root, variable, &[])
}

fn tangent_of(graph: &mut Graph, root: Id, variable: Id, constants: &[Id]) -> Id {
    let zero = graph.constant(0.0);
    let mut tangents: IdMap<Id> = IdMap::default();
    for id in graph.topological(&[root]).into_iter().filter(|id| !constants.contains(id)) {
        let tangent = if id == variable {
            graph.constant(1.0)
        } else {
            tangent(graph, id, variable, &tangents, constants)
        };
        if tangent != zero {
            tangents.insert(id, tangent);
        }
    }
    tangents.get(&root).copied().unwrap_or(zero)
}

/// The tangent of one node with respect to `variable`, given those of its arguments (a missing one is zero).
fn tangent(graph: &mut Graph, id: Id, variable: Id, tangents: &IdMap<Id>, constants: &[Id]) -> Id {
    let zero = graph.constant(0.0);
    let node = graph.nodes()[id.index()];
    let arguments = node.arguments();
    let d = |a: Id| tangents.get(&a).copied().unwrap_or(zero);
    if let Op::Call { callee, part } = node.op {
        return call(graph, callee, part, arguments, variable, d);
    }
    if arguments.iter().all(|&a| d(a) == zero) {
        return zero;
    }
    match (node.op, arguments) {
        (Op::Neg, &[a]) => graph.neg(d(a)),
        (Op::Add, &[a, b]) => graph.add(d(a), d(b)),
        (Op::Sub, &[a, b]) => graph.sub(d(a), d(b)),
        (Op::Mul, &[a, b]) => {
            let (left, right) = (graph.mul(d(a), b), graph.mul(a, d(b)));
            graph.add(left, right)
        }
        // (a/b)′ = (a′ − (a/b)·b′)/b, in terms of the quotient that is there.
        (Op::Div, &[a, b]) => {
            if let Some(slope) = numerator::slope(graph, [a, b], d) {
                return slope;
            }
            let correction = graph.mul(id, d(b));
            let numerator = graph.sub(d(a), correction);
            graph.div(numerator, b)
        }
        (Op::Powi(n), &[a]) => {
            let n_constant = graph.constant(f64::from(n));
            let power = graph.powi(a, n - 1);
            let slope = graph.mul(n_constant, power);
            graph.mul(slope, d(a))
        }
        (Op::Select, &[mask, a, b]) => graph.select(mask, d(a), d(b)),
        // |a|′ at 0 is 0.
        (Op::Apply(Primitive::Abs), &[a]) => {
            let below = graph.compare(Comparison::Lt, a, zero);
            let above = graph.compare(Comparison::Gt, a, zero);
            let negated = graph.neg(d(a));
            let not_above = graph.select(below, negated, zero);
            graph.select(above, d(a), not_above)
        }
        // A tie takes the second operand's.
        (Op::Apply(Primitive::Max), &[a, b]) => {
            let first = graph.compare(Comparison::Gt, a, b);
            graph.select(first, d(a), d(b))
        }
        (Op::Apply(Primitive::Min), &[a, b]) => {
            let first = graph.compare(Comparison::Lt, a, b);
            graph.select(first, d(a), d(b))
        }
        // copysign(g(|s|), s)′ = ±g′(|s|)·s′ at 0 too, where |s|′ is 0.
        (Op::Apply(Primitive::Copysign), &[a, s]) if let Some(magnitude) = magnitude(graph, a, s) => {
            let slope = tangent_of(graph, a, magnitude, constants);
            let one = graph.constant(1.0);
            let sign = graph.apply(Primitive::Copysign, &[one, a]);
            let slope = graph.mul(sign, slope);
            graph.mul(slope, d(s))
        }
        (Op::Apply(primitive), _) => {
            let mut sum = zero;
            for (i, &argument) in arguments.iter().enumerate() {
                if d(argument) != zero {
                    let term = partial(graph, primitive, i, arguments, id);
                    let term = graph.mul(term, d(argument));
                    sum = graph.add(sum, term);
                }
            }
            sum
        }
        _ => zero,
    }
}

/// |s|, if `a` depends on the inputs through it alone.
fn magnitude(graph: &Graph, a: Id, s: Id) -> Option<Id> {
    let magnitude = graph.find(Op::Apply(Primitive::Abs), &[s])?;
    let (mut seen, mut left, mut found) = (vec![a], vec![a], false);
    while let Some(id) = left.pop() {
        if id == magnitude {
            found = true;
            continue;
        }
        if matches!(graph.op(id), Op::Input(_) | Op::Call { .. } | Op::Reduce(_)) {
            return None;
        }
        for &argument in graph.arguments(id) {
            if !seen.contains(&argument) {
                seen.push(argument);
                left.push(argument);
            }
        }
    }
    found.then_some(magnitude)
}

/// The tangent of a call of another kernel: of its inputs, and of its parameters, which are expressions of ours.
fn call(
    graph: &mut Graph,
    callee: u8,
    part: Part,
    arguments: &[Id],
    variable: Id,
    d: impl Fn(Id) -> Id,
) -> Id {
    let zero = graph.constant(0.0);
    let mut terms: Vec<(Part, Id)> = Vec::new();
    for (i, &argument) in arguments.iter().enumerate() {
        let slope = match part {
            Part::Value => Part::Partial(i as u8),
            Part::Partial(_) => Part::Second,
            _ => Part::Third,
        };
        terms.push((slope, d(argument)));
    }
    let parameters =
        if part == Part::Value { graph.callees[callee as usize].parameters.clone() } else { Vec::new() };
    for (i, parameter) in parameters.into_iter().enumerate() {
        let tangent = with_respect_to(graph, parameter, variable);
        terms.push((Part::Parameter(i as u8), tangent));
    }
    let mut sum = zero;
    for (part, tangent) in terms {
        if tangent != zero {
            let slope = graph.node(Op::Call { callee, part }, arguments);
            let term = graph.mul(slope, tangent);
            sum = graph.add(sum, term);
        }
    }
    sum
}

/// ∂primitive/∂argument `i` as a node, by the table's rule; zero for what has none.
fn partial(graph: &mut Graph, primitive: Primitive, i: usize, arguments: &[Id], value: Id) -> Id {
    match *arguments {
        [a] => build(graph, [a, value], |[a, y]| primitive.partial(i, &[a], y).unwrap_or(a.zero())),
        [a, b] => {
            build(graph, [a, b, value], |[a, b, y]| primitive.partial(i, &[a, b], y).unwrap_or(a.zero()))
        }
        _ => graph.constant(0.0),
    }
}
