//! The value of every node, for any kind of number: floats, intervals, high precision.

use activation_runtime::real::Real;

use crate::graph::{Comparison, Graph, Id, Op};

/// What a node evaluates to.
#[derive(Debug, Clone, Copy)]
pub enum Value<R: Real> {
    /// A number.
    Number(R),
    /// The truth of a condition.
    Truth(R::Mask),
    /// Not known: a constant named by path, a call of another kernel, a reduction, or what depends on one.
    Opaque,
}

impl<R: Real> Value<R> {
    /// The number, if it is one that is known.
    pub fn number(self) -> Option<R> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The mask, if it is one that is known.
    pub fn truth(self) -> Option<R::Mask> {
        match self {
            Self::Truth(mask) => Some(mask),
            _ => None,
        }
    }
}

/// Evaluates `order` (arguments first, as [`Graph::topological`] gives it) into `values`, which is indexed by
/// [`Id::index`]. `leaf` gives the inputs, the parameters and the constants.
pub fn evaluate<R: Real>(
    graph: &Graph,
    order: &[Id],
    leaf: impl Fn(Op) -> Option<R>,
    values: &mut Vec<Value<R>>,
) {
    values.resize(graph.nodes().len(), Value::Opaque);
    for &id in order {
        values[id.index()] = step(graph, id, &leaf, values);
    }
}

/// The value of one node, its arguments being known. (Written without closures and iterators, which nobody inlines in
/// debug builds: checks spend their time here. Nor generic over the leaf: there would be a hundred of it to compile.)
pub fn step<R: Real>(graph: &Graph, id: Id, leaf: &dyn Fn(Op) -> Option<R>, values: &[Value<R>]) -> Value<R> {
    use Value::{Number, Opaque, Truth};
    let node = &graph.nodes()[id.index()];
    let arguments = node.arguments();
    let first = match arguments {
        [] => Opaque,
        _ => values[arguments[0].index()],
    };
    let second = if arguments.len() < 2 { first } else { values[arguments[1].index()] };
    match (node.op, first, second) {
        (
            Op::Constant(_) | Op::Input(_) | Op::Parameter(_) | Op::External(_) | Op::Length | Op::Position,
            ..,
        ) => match leaf(node.op) {
            Some(number) => Number(number),
            None => Opaque,
        },
        (Op::Truth(value), ..) => match leaf(Op::Constant(0)) {
            Some(zero) => {
                let holds = zero.eq(zero);
                Truth(if value { holds } else { !holds })
            }
            None => Opaque,
        },
        (Op::Wide, ..) => match leaf(Op::Constant(0)) {
            Some(zero) => Truth(zero.is_wide()),
            None => Opaque,
        },
        (Op::Neg, Number(a), _) => Number(-a),
        (Op::Add, Number(a), Number(b)) => Number(a + b),
        (Op::Sub, Number(a), Number(b)) => Number(a - b),
        (Op::Mul, Number(a), Number(b)) => Number(a * b),
        (Op::Div, Number(a), Number(b)) => Number(a / b),
        (Op::Powi(n), Number(a), _) => Number(a.powi(n)),
        (Op::Apply(primitive), Number(a), Number(b)) => {
            let both = [a, b];
            Number(primitive.evaluate(if arguments.len() == 1 { &both[..1] } else { &both }))
        }
        (Op::Compare(comparison), Number(a), Number(b)) => Truth(compare(comparison, a, b)),
        (Op::And, Truth(a), Truth(b)) => Truth(a & b),
        (Op::Or, Truth(a), Truth(b)) => Truth(a | b),
        (Op::Not, Truth(a), _) => Truth(!a),
        (Op::Select, Truth(mask), Number(then)) => match values[arguments[2].index()] {
            Number(otherwise) => Number(R::select(mask, then, otherwise)),
            _ => Opaque,
        },
        _ => Opaque,
    }
}

/// Compares two numbers.
pub fn compare<R: Real>(comparison: Comparison, a: R, b: R) -> R::Mask {
    match comparison {
        Comparison::Lt => a.lt(b),
        Comparison::Le => a.le(b),
        Comparison::Gt => a.gt(b),
        Comparison::Ge => a.ge(b),
        Comparison::Eq => a.eq(b),
        Comparison::Ne => a.ne(b),
    }
}
