//! The hull of the values.

use super::interval::Interval;
use super::probe::Probe;

/// The closed hull of the function's values, as the samples show it: `None` where some of them are undefined.
pub(super) fn range(probe: &Probe<'_>) -> Option<(f64, f64)> {
    let mut hull: Option<Interval> = None;
    for sample in &probe.samples {
        let value =
            sample.values[probe.function.written.index()].number().filter(|value| value.is_bounded())?;
        hull = Some(hull.map_or(value, |hull| hull.hull(value)));
    }
    hull.map(|hull| (hull.lo, hull.hi))
}
