//! Where a branch, a max, a min or an abs changes sides, and what the function tends to on both of them.

use crate::graph::{Id, Op};
use crate::primitive::Primitive;

use super::interval::Interval;
use super::probe::{Probe, Values, bisect, simplest, zero};

/// A point where something changes sides.
pub(super) struct Break {
    /// The last float on the left side.
    pub(super) left: f64,
    /// The first float on the right side.
    pub(super) right: f64,
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

    /// What `result` (of the nodes' values) tends to from the left and from the right, enclosed. Literals have slack if
    /// so told.
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
                result(&values)
            };
            // The point is known to an ulp or two; what is to be proved has to hold for all of them.
            let point = if slack { Interval::new(self.left, self.right) } else { Interval::point(self.x) };
            if let Some(limit) = at(point).filter(|limit| limit.is_bounded()) {
                return Some(limit);
            }
            // 0/0, say. From the point to its neighbour it may be known to one side at least, as ln(0) is;
            let (away, next) = [(-1.0, self.left), (1.0, self.right)][side];
            let next_to = at(Interval::new(self.x.min(next), self.x.max(next)))?;
            // and from farther off it may be seen to come closer, with allowance for the rest of the way.
            let step = away * self.x.abs().max(1.0);
            let [far, close] = [-24, -32].map(|n| at(Interval::point(self.x + step * f64::powi(2.0, n))));
            let approach = far.zip(close).filter(|(far, close)| far.is_bounded() && close.is_bounded());
            let approach = approach.map_or(Interval::WHOLE, |(far, close)| {
                let both = far.hull(close);
                let way = 8.0 * (both.hi - both.lo);
                Interval::new(close.lo - way, close.hi + way)
            });
            Some(next_to.intersection(approach).unwrap_or(next_to))
        };
        Some([limit(0)?, limit(1)?])
    }

    /// The limits from the left and from the right as numbers to be told; infinite where they exceed all bounds.
    pub(super) fn told(
        &self,
        probe: &Probe<'_>,
        order: &[Id],
        sides: &[Values; 2],
        root: Id,
    ) -> Option<[f64; 2]> {
        let limits = self.limits(probe, order, sides, false, |values| values[root.index()].number())?;
        let tell = |side: usize| {
            let next = [self.left, self.right][side];
            let mut values = Values::new();
            let between = Interval::new(self.x.min(next), self.x.max(next));
            probe.evaluate_on(&sides[side], order, between, false, &mut values);
            match values[root.index()].number() {
                Some(value) if value.lo == f64::NEG_INFINITY && value.hi < 0.0 => f64::NEG_INFINITY,
                Some(value) if value.hi == f64::INFINITY && value.lo > 0.0 => f64::INFINITY,
                _ => limits[side].middle(),
            }
        };
        Some([tell(0), tell(1)])
    }
}

/// Whether the limits from two sides differ by more than the rounding of a literal, or a series that ends early, can
/// explain.
pub(super) fn differ(probe: &Probe<'_>, a: Interval, b: Interval) -> bool {
    let ends = [a.lo, a.hi, b.lo, b.hi].into_iter().filter(|end| end.is_finite());
    let size = ends.fold(0.0, |size: f64, end| size.max(end.abs()));
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

/// The two numbers whose order decides on which side a switch is.
fn operands(probe: &Probe<'_>, id: Id, values: &Values) -> Option<[Interval; 2]> {
    let (op, arguments) = probe.graph().view(id);
    let argument = |i: usize| values[arguments[i].index()].number();
    let zero = Interval::point(0.0);
    Some(match op {
        // An angle jumps by a turn where the second is negative, and only there.
        Op::Apply(Primitive::Atan2) if argument(1)?.lo > 0.0 => [Interval::point(1.0), zero],
        Op::Apply(Primitive::Abs | Primitive::Atan2) => [argument(0)?, zero],
        Op::Apply(Primitive::Copysign) => [argument(1)?, zero],
        _ => [argument(0)?, argument(1)?],
    })
}

/// On which side a switch is: −1, 1, or 0 right between; `None` if it can't be told.
fn side(probe: &Probe<'_>, id: Id, values: &Values) -> Option<i8> {
    let [a, b] = operands(probe, id, values)?;
    match (a, b) {
        _ if a.hi < b.lo => Some(-1),
        _ if a.lo > b.hi => Some(1),
        _ if a.lo == a.hi && b.lo == b.hi => Some(0),
        _ => None,
    }
}

/// The nodes that have sides.
pub(super) fn switches(probe: &Probe<'_>) -> Vec<Id> {
    probe.order.iter().copied().filter(|&id| is_switch(probe.graph().op(id))).collect()
}

/// Whether it is plain what a switch does between two points, given its values at one, between and at the other:
/// it changes sides visibly, or not at all.
pub(super) fn settles(probe: &Probe<'_>, id: Id, [left, between, right]: [&Values; 3]) -> bool {
    let [left, right] = [left, right].map(|values| side(probe, id, values));
    left.zip(right).is_some_and(|(left, right)| left != right)
        || operands(probe, id, between).is_none_or(|[a, b]| a.hi <= b.lo || a.lo >= b.hi)
}

/// The breaks of the function along the probe's line, those next to 0 first.
pub(super) fn breaks(probe: &Probe<'_>) -> Vec<Break> {
    // What changes sides all the time, as sin(1000x) does, is looked at a few times only, and so is a long body.
    let most = (3_000 / (1 + probe.order.len())).clamp(6, 32);
    let nearness = |t: f64, s: f64| if t * s < 0.0 { 0.0 } else { t.abs().min(s.abs()) };
    let mut changes = Vec::new();
    for id in switches(probe) {
        let mut own = Vec::new();
        let mut previous = None;
        for sample in &probe.samples {
            let Some(now) = side(probe, id, &sample.values) else { continue };
            let now = (sample.t, now);
            if let Some(before) = previous.filter(|&(_, was)| was != now.1) {
                own.push((id, before, now));
            }
            previous = Some(now);
        }
        own.sort_by(|(_, a, b), (_, c, d)| nearness(a.0, b.0).total_cmp(&nearness(c.0, d.0)));
        changes.extend(own.into_iter().take(8));
    }
    changes.sort_by(|(_, a, b), (_, c, d)| nearness(a.0, b.0).total_cmp(&nearness(c.0, d.0)));
    let mut breaks: Vec<Break> = Vec::new();
    for (id, before, now) in changes.into_iter().take(2 * most) {
        locate(probe, id, before, now, &mut breaks);
    }
    for &id in &probe.order {
        for sample in probe.samples.iter().filter(|sample| is_corner(probe, id, &sample.values)) {
            let t = sample.t;
            breaks.push(Break { left: t.next_down(), right: t.next_up(), x: t, switches: vec![id] });
        }
    }
    breaks.retain(|b| probe.admits(b.x) && probe.admits(b.left) && probe.admits(b.right));
    let mut breaks = merge(breaks);
    breaks.sort_by(|a, b| a.x.abs().total_cmp(&b.x.abs()));
    breaks.truncate(most);
    breaks
}

/// Whether there are roots, whose slope may differ from side to side of 0.
pub(super) fn has_corners(probe: &Probe<'_>) -> bool {
    let is_root =
        |op| matches!(op, Op::Apply(Primitive::Sqrt | Primitive::Cbrt | Primitive::Powf | Primitive::Hypot));
    probe.order.iter().any(|&id| is_root(probe.graph().op(id)))
}

/// Whether a root is taken of exactly 0: its slope may differ from side to side, as that of √(x²) does.
fn is_corner(probe: &Probe<'_>, id: Id, values: &Values) -> bool {
    let (op, arguments) = probe.graph().view(id);
    let is_zero = |a: &Id| values[a.index()].number() == Some(Interval::point(0.0));
    match op {
        Op::Apply(Primitive::Sqrt | Primitive::Cbrt | Primitive::Powf) => is_zero(&arguments[0]),
        Op::Apply(Primitive::Hypot) => arguments.iter().all(is_zero),
        _ => false,
    }
}

/// Finds the breaks between two points at which a switch is on different sides.
fn locate(probe: &Probe<'_>, id: Id, (a, was): (f64, i8), (b, now): (f64, i8), breaks: &mut Vec<Break>) {
    let order = probe.graph().topological(&[id]);
    let mut values = Values::new();
    let guess = zero(a, b, |t| {
        probe.evaluate(&order, Interval::point(t), &mut values);
        operands(probe, id, &values).map_or(f64::NAN, |[p, q]| p.middle() - q.middle())
    });
    let mut at = |t: f64| {
        probe.evaluate(&order, Interval::point(t), &mut values);
        side(probe, id, &values)
    };
    let (left, after) = bisect(a, b, guess, |t| at(t) == Some(was));
    let (right, before) = bisect(b, left, after, |t| at(t) == Some(now));
    let mut push = |left: f64, right: f64| {
        breaks.push(Break { left, right, x: simplest(left, right), switches: vec![id] });
    };
    // Where the operands are known to roundings only, as those of σ(x) > 0.5 are, so is the point.
    if is_close(left, right) || right - left < 1e-14 {
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
