//! The hull of the values.

use super::interval::Interval;
use super::probe::{Probe, Values};

/// The closed hull of the function's values, as the samples show it: `None` where some of them are undefined.
pub(super) fn range(probe: &Probe<'_>) -> Option<(f64, f64)> {
    let mut values = Values::new();
    let mut value = |t: f64| {
        probe.evaluate(&probe.order, Interval::point(t), &mut values);
        values[probe.function.written.index()].number()
    };
    let mut hull: Option<Interval> = None;
    for &(t, _) in &probe.samples {
        let at = value(t).filter(|at| at.is_bounded())?;
        hull = Some(hull.map_or(at, |hull| hull.hull(at)));
    }
    hull.map(|hull| (hull.lo, hull.hi))
}
