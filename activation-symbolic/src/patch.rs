//! Where a function vanishes at 0 by cancelling all its bits, a line through the origin stands for it.
//!
//! σ(x + 1) − σ(1 − x) is 2σ′(1)·x for small x, though no number of digits would tell at x = 10⁻⁴⁰. The slope is
//! measured in extended precision, where there are digits enough.

use activation_runtime::extended::Extended;

use crate::function::{Element, Function};
use crate::graph::{Comparison, Id, Op};
use crate::primitive::Primitive;
use crate::truth::Truth;

/// log₂ of the largest |x| at which the line is taken, and of the points where it is measured.
const REACH: i32 = -30;
/// log₂ of the points at which the truth must have lost its digits, or agree with the line.
const TINY: [i32; 2] = [-60, -100];

/// No line is tried for more operations than these: what expansion time allows.
const LONGEST: usize = 300;

/// `root`, with a line for the smallest inputs where that is better.
pub fn patch(function: &mut Function, root: Id) -> Id {
    match function.signature.element {
        Element::F32 => line::<f32>(function, root, 26, |x| x as f32),
        Element::F64 => line::<f64>(function, root, 54, |x| x),
    }
}

/// The same, for results of `bits` bits.
fn line<S>(function: &mut Function, root: Id, bits: i32, from: fn(f64) -> S) -> Id
where
    S: activation_runtime::extended::Element + Into<f64>,
{
    let graph = &function.graph;
    let order = graph.topological(&[root]);
    let known =
        |op| !matches!(op, Op::Parameter(_) | Op::External(_) | Op::Call { .. } | Op::Reduce(_) | Op::Length);
    if function.signature.rows
        || function.signature.inputs.len() != 1
        || order.len() > LONGEST
        || !order.iter().all(|&id| known(graph.op(id)))
        || !order.iter().any(|&id| matches!(graph.op(id), Op::Add | Op::Sub))
    {
        return root;
    }
    let mut truth = Truth::<S>::new(1);
    // f(x)/x and the logarithm of its error.
    let mut quotient = |x: f64| {
        truth.evaluate(graph, &order, &[from(x)], &[]);
        let ball = truth.ball(root);
        (ball.value / Extended::from_f64(x), ball.error - x.abs().log2())
    };
    let power = |exponent: i32| 2.0_f64.powi(exponent);
    let (slope, error) = quotient(power(REACH));
    let certain = |error: f64| error < slope.exponent() - f64::from(bits);
    let agrees = |other: Extended<S>| (other - slope).exponent() < slope.exponent() - f64::from(bits);
    if !certain(error) || !slope.exponent().is_finite() {
        return root;
    }
    if !agrees(quotient(-power(REACH)).0) {
        return root;
    }
    let mut lost = false;
    for x in TINY.into_iter().flat_map(|exponent| [power(exponent), -power(exponent)]) {
        let (other, error) = quotient(x);
        if certain(error) && !agrees(other) {
            return root;
        }
        lost |= !certain(error);
    }
    if !lost || ![power(REACH + 1), -power(REACH + 1)].into_iter().all(|x| agrees(quotient(x).0)) {
        return root;
    }
    let x = order.iter().copied().find(|&id| matches!(graph.op(id), Op::Input(_)));
    let Some(x) = x else { return root };
    let graph = &mut function.graph;
    let (slope, reach) = (graph.constant(slope.to_f64()), graph.constant(power(REACH)));
    let magnitude = graph.apply(Primitive::Abs, &[x]);
    let small = graph.compare(Comparison::Lt, magnitude, reach);
    let line = graph.mul(slope, x);
    graph.select(small, line, root)
}
