//! Where a branch, a max, a min or an abs changes sides, and what the function tends to on both of them.

use crate::graph::{Id, Op};
use crate::primitive::Primitive;

use super::interval::Interval;
use super::probe::{Probe, Values, bisect, simplest};

/// A point where something changes sides.
pub(super) struct Break {
    /// The last float on the left side.
    left: f64,
    /// The first float on the right side.
    right: f64,
    /// The point itself.
    pub(super) x: f64,
    /// The nodes that change sides.
    pub(super) switches: Vec<Id>,
}

impl Break {
    /// The nodes' values to the left and to the right of the point, in whose conditions the sides differ.
    pub(super) fn sides(&self, probe: &Probe<'_>, order: &[Id]) -> [Values; 2] {
        [self.left, self.right].map(|t| {
            let mut values = Values::new();
            probe.evaluate(order, Interval::point(t), &mut values);
            values
        })
    }

    /// What `result` (of the nodes' values) tends to from the left and from the right. Literals have slack if so told.
    pub(super) fn limits(
        &self,
        probe: &Probe<'_>,
        order: &[Id],
        sides: &[Values; 2],
        slack: bool,
        result: impl Fn(&Values) -> Option<Interval>,
    ) -> Option<[Interval; 2]> {
        let mut values = Values::new();
        let mut limit = |side: usize| {
            let mut at = |t: Interval| {
                probe.evaluate_on(&sides[side], order, t, slack, &mut values);
                result(&values).filter(|limit| limit.is_bounded())
            };
            // The point is known to an ulp or two; what is to be proved has to hold for all of them.
            let point = if slack { Interval::new(self.left, self.right) } else { Interval::point(self.x) };
            if let Some(limit) = at(point) {
                return Some(limit);
            }
            // Nothing to be had at the point itself (0/0, say): come closer and allow for the rest of the way.
            let step = [-1.0, 1.0][side] * self.x.abs().max(1.0);
            let [far, close] = [-24, -32].map(|n| at(Interval::point(self.x + step * f64::powi(2.0, n))));
            let (far, close) = (far?, close?);
            let both = far.hull(close);
            let way = 8.0 * (both.hi - both.lo);
            Some(Interval::new(close.lo - way, close.hi + way))
        };
        Some([limit(0)?, limit(1)?])
    }
}

/// Whether the limits from two sides differ by more than the rounding of a literal, or a series that ends early, can
/// explain.
pub(super) fn differ(probe: &Probe<'_>, a: Interval, b: Interval) -> bool {
    let size = [a.lo, a.hi, b.lo, b.hi].into_iter().fold(0.0, |size: f64, end| size.max(end.abs()));
    let gap = (b.lo - a.hi).max(a.lo - b.hi);
    gap > 8.0 * probe.epsilon() * size
}

/// Whether a node has sides.
fn is_switch(op: Op) -> bool {
    matches!(
        op,
        Op::Compare(_)
            | Op::Apply(
                Primitive::Abs | Primitive::Max | Primitive::Min | Primitive::Copysign | Primitive::Atan2
            )
    )
}

/// On which side a node is: −1, 1, or 0 right between; `None` if it can't be told.
fn side(probe: &Probe<'_>, id: Id, values: &Values) -> Option<i8> {
    let (op, arguments) = probe.graph().view(id);
    let argument = |i: usize| values[arguments[i].index()].number();
    let (a, b) = match op {
        Op::Apply(Primitive::Copysign) => (argument(1)?, Interval::point(0.0)),
        // The angle jumps by a turn where the second is negative.
        Op::Apply(Primitive::Atan2) if argument(1)?.lo > 0.0 => return Some(1),
        Op::Apply(Primitive::Abs | Primitive::Atan2) => (argument(0)?, Interval::point(0.0)),
        _ => (argument(0)?, argument(1)?),
    };
    match (a, b) {
        _ if a.hi < b.lo => Some(-1),
        _ if a.lo > b.hi => Some(1),
        _ if a.lo == a.hi && b.lo == b.hi => Some(0),
        _ => None,
    }
}

/// All breaks of the function along the probe's line, in ascending order.
pub(super) fn breaks(probe: &Probe<'_>) -> Vec<Break> {
    let graph = probe.graph();
    let singular = |op: Op| {
        matches!(op, Op::Apply(Primitive::Sqrt | Primitive::Hypot | Primitive::Powf | Primitive::Cbrt))
    };
    let nodes: Vec<Id> =
        probe.order.iter().copied().filter(|&id| is_switch(graph.op(id)) || singular(graph.op(id))).collect();
    let mut breaks: Vec<Break> = Vec::new();
    if nodes.is_empty() {
        return breaks;
    }
    let mut values = Values::new();
    let mut previous: Vec<Option<(f64, i8)>> = vec![None; nodes.len()];
    for &(t, _) in &probe.samples {
        probe.evaluate(&probe.order, Interval::point(t), &mut values);
        for (&id, previous) in nodes.iter().zip(&mut previous) {
            if singular(graph.op(id)) {
                // √u at u = 0: its slope may differ from side to side, as √(x²)'s does.
                let zero = |a: &Id| values[a.index()].number().is_some_and(|a| a == Interval::point(0.0));
                let arguments = graph.arguments(id);
                let at_zero = match graph.op(id) {
                    Op::Apply(Primitive::Hypot) => arguments.iter().all(zero),
                    _ => zero(&arguments[0]),
                };
                if at_zero {
                    breaks.push(Break { left: t.next_down(), right: t.next_up(), x: t, switches: vec![id] });
                }
                continue;
            }
            let Some(now) = side(probe, id, &values) else { continue };
            if let Some((before, was)) = *previous
                && was != now
            {
                changes(probe, id, (before, was), (t, now), &mut breaks);
            }
            *previous = Some((t, now));
        }
    }
    breaks.retain(|b| probe.admits(b.x) && probe.admits(b.left) && probe.admits(b.right));
    merge(breaks)
}

/// The changes between two points at which a switch is on different sides.
fn changes(probe: &Probe<'_>, id: Id, (a, was): (f64, i8), (b, now): (f64, i8), breaks: &mut Vec<Break>) {
    let order = probe.graph().topological(&[id]);
    let mut values = Values::new();
    let mut at = |t: f64| {
        probe.evaluate(&order, Interval::point(t), &mut values);
        side(probe, id, &values)
    };
    let (left, after) = bisect(a, b, |t| at(t) == Some(was));
    let (right, before) = bisect(b, left, |t| at(t) == Some(now));
    let mut push = |left: f64, right: f64| {
        breaks.push(Break { left, right, x: simplest(left, right), switches: vec![id] });
    };
    if is_close(left, right) {
        push(left, right);
    } else if at(after) == Some(0) && at(before) == Some(0) {
        // A stretch where both sides are equal: it has two ends.
        push(left, after);
        push(before, right);
    }
}

/// Whether two floats differ by rounding alone.
fn is_close(a: f64, b: f64) -> bool {
    (b - a).abs() <= 1e-12 * a.abs().max(b.abs()) || (b - a).abs() < 1e-100
}

/// Breaks at the same point become one.
fn merge(mut breaks: Vec<Break>) -> Vec<Break> {
    breaks.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut merged: Vec<Break> = Vec::new();
    for next in breaks {
        match merged.last_mut() {
            Some(last) if is_close(last.x, next.x) => {
                last.left = last.left.min(next.left);
                last.right = last.right.max(next.right);
                last.switches.extend(next.switches);
                last.x = simplest(last.left, last.right);
            }
            _ => merged.push(next),
        }
    }
    merged
}
