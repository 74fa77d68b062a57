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

/// The value of one node, its arguments being known.
pub fn step<R: Real>(graph: &Graph, id: Id, leaf: impl Fn(Op) -> Option<R>, values: &[Value<R>]) -> Value<R> {
    let (op, arguments) = graph.view(id);
    let numbers = || {
        let mut numbers = arguments.iter().map(|a| values[a.index()].number());
        match *arguments {
            [_] => numbers.next()?.map(|a| [a, a]),
            [_, _] => Some([numbers.next()??, numbers.next()??]),
            _ => None,
        }
    };
    let truth = |i: usize| values[arguments[i].index()].truth();
    let result = match op {
        Op::Constant(_) | Op::Input(_) | Op::Parameter(_) | Op::External(_) | Op::Length | Op::Position => {
            leaf(op).map(Value::Number)
        }
        Op::Truth(value) => leaf(Op::Constant(0)).map(|zero| {
            let holds = zero.eq(zero);
            Value::Truth(if value { holds } else { !holds })
        }),
        Op::Wide => leaf(Op::Constant(0)).map(|zero| Value::Truth(zero.is_wide())),
        Op::Compare(comparison) => numbers().map(|[a, b]| Value::Truth(compare(comparison, a, b))),
        Op::And => truth(0).zip(truth(1)).map(|(a, b)| Value::Truth(a & b)),
        Op::Or => truth(0).zip(truth(1)).map(|(a, b)| Value::Truth(a | b)),
        Op::Not => truth(0).map(|a| Value::Truth(!a)),
        Op::Select => truth(0).and_then(|mask| {
            let side = |i: usize| values[arguments[i].index()].number();
            Some(Value::Number(R::select(mask, side(1)?, side(2)?)))
        }),
        Op::Call { .. } | Op::Reduce(_) => None,
        _ => numbers().map(|[a, b]| {
            Value::Number(match op {
                Op::Neg => -a,
                Op::Add => a + b,
                Op::Sub => a - b,
                Op::Mul => a * b,
                Op::Div => a / b,
                Op::Powi(n) => a.powi(n),
                Op::Apply(primitive) => primitive.evaluate(&[a, b][..arguments.len()]),
                _ => return Value::Opaque,
            })
        }),
    };
    result.unwrap_or(Value::Opaque)
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
