//! What stands for a function at a single point, as 1 does for sin x/x at 0, has its value there and says nothing of its
//! slope: that of a constant is 0. The slope is the limit of those beside the point, measured in extended precision.

use activation_runtime::extended::Element as Float;

use crate::function::{Element, Function};
use crate::graph::{Comparison, Graph, Id, Op};
use crate::truth::Truth;

/// log₂ of how far beside a point the slopes are measured, relative to it: far enough for f32 to tell the inputs apart, and
/// near enough for their mean, which is off by the square of that, to have the digits of an f32;
const BESIDE: i32 = -20;
/// the same for f64, and for either next to 0.
const CLOSE: i32 = -26;
/// How far apart the slopes on either side may be, relative to their mean.
const APART: f64 = 1e-4;

/// `slope`, the derivative of the value, with its limits where the value is given for a single point.
pub(crate) fn fill(function: &mut Function, slope: Id) -> Id {
    match function.signature.element {
        Element::F32 => filled(function, slope, BESIDE, |x| x as f32),
        Element::F64 => filled(function, slope, CLOSE, |x| x),
    }
}

fn filled<S: Float + Into<f64>>(function: &mut Function, slope: Id, beside: i32, from: fn(f64) -> S) -> Id {
    let graph = &function.graph;
    let order = graph.topological(&[slope]);
    let points = points(graph, function.value);
    let known =
        |op| !matches!(op, Op::Parameter(_) | Op::External(_) | Op::Call { .. } | Op::Reduce(_) | Op::Length);
    if points.is_empty()
        || function.signature.inputs.len() != 1
        || !order.iter().all(|&id| known(graph.op(id)))
    {
        return slope;
    }
    let mut truth = Truth::<S>::new(1);
    let mut filled = slope;
    for (x, point) in points {
        let graph = &mut function.graph;
        let mut at = |x: f64, bits: i32| {
            truth.evaluate(graph, &order, &[from(x)], &[]);
            let ball = truth.ball(slope);
            (ball.error < ball.value.exponent() - f64::from(bits)).then(|| ball.value.to_f64())
        };
        let mut around = |beside: i32| {
            let distance = 2.0_f64.powi(beside) * point.abs().max(1.0);
            Some((at(point - distance, -2 * beside)?, at(point + distance, -2 * beside)?))
        };
        // The digits may not suffice as close as that.
        let close = if point == 0.0 { around(CLOSE) } else { None };
        let Some((left, right)) = close.or_else(|| around(beside)) else { continue };
        let limit = (left + right) / 2.0;
        let is_near = |a: f64, b: f64| (a - b).abs() <= APART * limit.abs();
        if is_near(left, right) && !at(point, 0).is_some_and(|given| is_near(given, limit)) {
            let [point, limit] = [point, limit].map(|number| graph.constant(number));
            let mask = graph.compare(Comparison::Eq, x, point);
            filled = graph.select(mask, limit, filled);
        }
    }
    filled
}

/// The input and each number c of which something of the value depends on whether x = c.
fn points(graph: &Graph, value: Id) -> Vec<(Id, f64)> {
    let masks = graph.topological(&[value]).into_iter();
    let point = |mask: Id| {
        let (Op::Compare(Comparison::Eq | Comparison::Ne), &[x, c]) = graph.view(mask) else { return None };
        let is_input = matches!(graph.op(x), Op::Input(_));
        Some((x, graph.as_constant(c).filter(|_| is_input)?))
    };
    masks.filter_map(point).collect()
}
