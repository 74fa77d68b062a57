//! Where the value is continuous and the slope isn't.

use crate::graph::{Id, Op};

use super::Offence;
use super::breaks::{Break, differ};
use super::jumps::short;
use super::probe::Probe;
use super::truth::Truth;

/// A point where the slope jumps.
pub(super) struct Kink {
    /// Where.
    pub(super) x: f64,
    /// The slope from the left.
    pub(super) left: f64,
    /// The slope from the right.
    pub(super) right: f64,
    /// The max, min, abs or branch that makes it.
    pub(super) node: Id,
}

impl Kink {
    /// What to say where kinks are denied.
    pub(super) fn offence(&self, probe: &Probe<'_>) -> Offence {
        let message = format!(
            "has a kink at {}: slope {} from the left, {} from the right; take a smooth form, or drop \
             `deny(kinks)`",
            probe.witness(self.x, if probe.round(self.x) == self.x { "=" } else { "≈" }),
            short(self.left),
            short(self.right)
        );
        Offence { node: self.node, at: self.x, message }
    }
}

/// The kinks among the breaks.
pub(super) fn kinks(probe: &Probe<'_>, partials: &[Id], breaks: &[Break]) -> Vec<Kink> {
    let root = probe.function.written;
    let roots: Vec<Id> = std::iter::once(root).chain(partials.iter().copied()).collect();
    let order = probe.graph().topological(&roots);
    let mut kinks = Vec::new();
    // At an end of what the author asked for there is one side only.
    let inside = |point: &&Break| probe.admits(point.left.next_down()) && probe.admits(point.right.next_up());
    for point in breaks.iter().filter(inside) {
        let sides = point.sides(probe, &order);
        let limits =
            |slack: bool| point.limits(probe, &order, &sides, slack, |values| probe.slope(values, partials));
        let value = point.limits(probe, &order, &sides, true, |values| values[root.index()].number());
        let continuous = value.is_some_and(|[left, right]| !differ(probe, left, right));
        let kinked = limits(true).is_some_and(|[left, right]| {
            left.is_bounded() && right.is_bounded() && differ(probe, left, right)
        });
        if !continuous || !kinked {
            continue;
        }
        if let Some([left, right]) = limits(false)
            && let Some(node) = culprit(probe, point, &sides)
        {
            kinks.push(Kink { x: point.x, left: left.middle(), right: right.middle(), node });
        }
    }
    kinks.sort_by(|a: &Kink, b| a.x.total_cmp(&b.x));
    kinks
}

/// The innermost node that changes sides there and matters; for a comparison, the branch that it decides.
fn culprit(probe: &Probe<'_>, point: &Break, sides: &[super::probe::Values; 2]) -> Option<Id> {
    let graph = probe.graph();
    let live = sides.each_ref().map(|side| probe.live(side));
    let matters = |id: Id| live.iter().any(|live| live[id.index()] != Truth::No);
    probe.order.iter().copied().find(|&id| match graph.view(id) {
        (Op::Select, &[mask, ..]) => {
            let [left, right] = sides.each_ref().map(|side| side[mask.index()].truth());
            matters(id) && left != right
        }
        (Op::Apply(_), _) => matters(id) && point.switches.contains(&id),
        _ => false,
    })
}
