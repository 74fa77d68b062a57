//! Where the value differs from one side of a branch to the other.

use crate::graph::{Id, Op};
use crate::primitive::Primitive;

use super::Offence;
use super::breaks::{Break, differ};
use super::interval::Interval;
use super::probe::{Probe, Values, ascii};
use super::truth::Truth;

/// The branches whose sides disagree at their boundary.
pub(super) fn jumps(probe: &Probe<'_>, breaks: &[Break]) -> Vec<Offence> {
    let mut offences = Vec::new();
    for point in breaks {
        let sides = point.sides(probe, &probe.order);
        let limits = |id: Id, slack: bool| {
            point.limits(probe, &probe.order, &sides, slack, |values| values[id.index()].number())
        };
        let mut there = Values::new();
        probe.evaluate(&probe.order, Interval::point(point.x), &mut there);
        let jumps = |id: Id| {
            let Some([left, right]) = limits(id, true) else { return false };
            let apart = |v: Interval| differ(probe, v, left) && differ(probe, v, right);
            let alone = is_exact(probe, point.x) && there[id.index()].number().is_some_and(apart);
            alone || differ(probe, left, right)
        };
        let root = probe.function.written;
        if !jumps(root) {
            continue;
        }
        let live = sides.each_ref().map(|side| probe.live(side));
        for &id in &probe.order {
            let op = probe.graph().op(id);
            let branch = matches!(op, Op::Select | Op::Apply(Primitive::Copysign | Primitive::Atan2));
            let alive = live.iter().all(|live| live[id.index()] != Truth::No);
            if branch && alive && flips(probe, id, point, &sides, &there) && jumps(id) {
                let Some(limits) = point.told(probe, &probe.order, &sides, root) else { continue };
                offences.push(Offence {
                    node: id,
                    at: point.x,
                    message: message(probe, point.x, limits, &there),
                });
            }
        }
    }
    offences
}

/// Whether the boundary is a number that the function is ever asked for.
fn is_exact(probe: &Probe<'_>, x: f64) -> bool {
    probe.round(x) == x
}

/// Whether the branch itself changes sides at the point, not only what stands in it.
fn flips(probe: &Probe<'_>, id: Id, point: &Break, sides: &[Values; 2], there: &Values) -> bool {
    let (op, arguments) = probe.graph().view(id);
    if op != Op::Select {
        return point.switches.contains(&id);
    }
    let mask = arguments[0].index();
    let [left, right] = sides.each_ref().map(|side| side[mask].truth());
    left != right || there[mask].truth() != left
}

fn message(probe: &Probe<'_>, x: f64, limits: [f64; 2], there: &Values) -> String {
    let [left, right] = limits.map(short);
    let mut values = format!("{left} from the left, {right} from the right");
    if left == right
        && let Some(value) = there[probe.function.written.index()].number()
    {
        values = format!("{values}, {} at the point itself", short(value.middle()));
    }
    let sign = if is_exact(probe, x) { "=" } else { "≈" };
    format!(
        "jumps at {}: {values}; the derivative doesn't know of a jump, so training can't see it; make both sides \
         meet there, or state that the jump is meant with `#[activation(allow(jumps))]`",
        probe.witness(x, sign)
    )
}

/// A number with as many digits as a reader wants.
pub(super) fn short(value: f64) -> String {
    ascii(format!("{value:.6e}").parse().unwrap_or(value))
}
