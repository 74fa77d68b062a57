//! Backward passes that start from the output: softmax's vector–Jacobian product is y·(dy − Σ y·dy), whatever x was.

use super::build::Builder;
use super::softmax::Form;
use super::{derive, direction, normal, rebuild, upstream};
use crate::function::Signature;
use crate::graph::{Id, Op};
use crate::primitive::Primitive;

/// dx = Jᵀ·dy of the output and dy.
#[derive(Debug, Clone, Copy)]
pub(super) struct FromOutput {
    /// The row dx; the leaf of the input stands for the output.
    pub(super) gradient: Id,
    /// Whether it is the function of the output that is computed from the input too.
    pub(super) as_accurate: bool,
}

/// The gradient of a function of one row that gives a row, if the output suffices for it. `pullback` is the gradient as
/// it is computed from the input.
pub(super) fn from_output(
    b: &mut Builder,
    signature: &Signature,
    value: Id,
    pullback: &[Id],
) -> Option<FromOutput> {
    let (&[gradient], 1, true) = (pullback, signature.inputs.len(), signature.returns_row) else {
        return None;
    };
    if !b.calls.is_empty() {
        return None;
    }
    if let Some(gradient) = in_output(b, value, gradient) {
        return Some(FromOutput { gradient, as_accurate: true });
    }
    let x = b.graph.node(Op::Input(0), &[]);
    let dy = b.graph.node(upstream(1), &[]);
    let gradient = derive::gradient(b, &[(value, dy)], &[x], Form::Output);
    Some(FromOutput { gradient: in_output(b, value, gradient[0])?, as_accurate: false })
}

/// `gradient` with the output in place of `value`; `None` where it needs more than that.
fn in_output(b: &mut Builder, value: Id, gradient: Id) -> Option<Id> {
    // Any leaf that stands for nothing in a gradient will do while the input is there.
    let y = b.graph.node(direction(1, 0), &[]);
    let x = Op::Input(0);
    let softmax = match b.graph.view(value) {
        // Its logarithm is the output.
        (Op::LogSoftmax, &[row]) => Some(b.graph.node(Op::Softmax, &[row])),
        _ => None,
    };
    let gradient = rebuild(b, gradient, &mut |b, id| match id {
        _ if id == value => y,
        _ if Some(id) == softmax => b.graph.apply(Primitive::Exp, &[y]),
        _ => id,
    });
    if b.graph.depends(gradient, |op| op == x) {
        return None;
    }
    let gradient = rebuild(b, gradient, &mut |b, id| if id == y { b.graph.node(x, &[]) } else { id });
    Some(normal::normal(b, gradient, true))
}
