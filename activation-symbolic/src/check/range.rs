//! The hull of the values.

use super::probe::Probe;

/// Values beyond this are on their way to infinity.
const HUGE: f64 = 1e15;
/// After so many golden sections a smooth extreme is told from a corner.
const SMOOTH: usize = 6;

/// The closed hull of the function's values on the inputs that it is asked for, from samples whose extremes are
/// refined; `None` where a value isn't known.
pub(super) fn range(probe: &Probe<'_>) -> Option<(f64, f64)> {
    let mut values: Vec<(f64, f64)> = Vec::new();
    for sample in &probe.samples {
        let enclosure = sample.values[probe.function.written.index()].number()?;
        let tight =
            enclosure.is_bounded() && enclosure.hi - enclosure.lo <= 1e-9 * (enclosure.hi.abs() + 1e-300);
        let value = if tight { enclosure.middle() } else { probe.precise(sample.t)? };
        values.push((sample.t, value));
    }
    let low = lowest(probe, &values, 1.0)?;
    let high = -lowest(probe, &values, -1.0)?;
    Some((told(low), told(high)))
}

/// A value with as many digits as a reader wants.
fn told(value: f64) -> f64 {
    if value.abs() < 1e-30 { 0.0 } else { format!("{value:.6e}").parse().unwrap_or(value) }
}

/// The least value of the function times `sign`.
fn lowest(probe: &Probe<'_>, values: &[(f64, f64)], sign: f64) -> Option<f64> {
    let at = |i: usize| sign * values[i].1;
    let least = (0..values.len()).min_by(|&i, &j| at(i).total_cmp(&at(j)))?;
    let last = values.len() - 1;
    if at(least) < -HUGE || falls_forever(probe, values, least, sign) {
        return Some(f64::NEG_INFINITY);
    }
    if least == 0 || least == last || at(least - 1) == at(least) || at(least + 1) == at(least) {
        return Some(at(least));
    }
    let mut nodes = Vec::new();
    let mut value = |t: f64| probe.float(t, &mut nodes).map(|value| sign * value);
    // A long body gets fewer looks.
    let steps = (8_000 / (1 + probe.order.len())).clamp(8, 40);
    let [a, b, c] = [least - 1, least, least + 1].map(|i| values[i].0);
    Some(golden_section(steps, [a, b, c], &mut value)?.min(at(least)))
}

/// Whether the least value is that of the largest input, and isn't the limit yet: a logarithm's, say.
fn falls_forever(probe: &Probe<'_>, values: &[(f64, f64)], least: usize, sign: f64) -> bool {
    let t = values[least].0;
    let is_end = least == 0 || least == values.len() - 1;
    let before = probe.precise(t.signum() * t.abs().sqrt()).map_or(f64::NAN, |value| sign * value);
    is_end && t.abs() > HUGE && sign * values[least].1 < before - 0.01 * before.abs().max(1e-3)
}

/// The least value of `f` between a and c, where that at b is less than at both, in so many steps.
fn golden_section(
    steps: usize,
    [mut a, mut b, mut c]: [f64; 3],
    f: &mut impl FnMut(f64) -> Option<f64>,
) -> Option<f64> {
    const SHARE: f64 = 0.381_966_011_250_105_1; // 2 − φ
    let [mut before, mut least, mut after] = [f(a)?, f(b)?, f(c)?];
    for step in 0..steps {
        // Near a smooth extreme the function is a parabola, which says how low it comes.
        if step >= SMOOTH
            && let Some((t, lowest)) = vertex([a, b, c], [before, least, after])
            && let value = f(t)?
            && (value - lowest).abs() <= 1e-9 * lowest.abs()
        {
            return Some(value.min(least));
        }
        let t = if c - b > b - a { b + SHARE * (c - b) } else { b - SHARE * (b - a) };
        let value = f(t)?;
        if value < least {
            if t > b {
                (a, before) = (b, least);
            } else {
                (c, after) = (b, least);
            }
            (b, least) = (t, value);
        } else if t > b {
            (c, after) = (t, value);
        } else {
            (a, before) = (t, value);
        }
    }
    Some(least)
}

/// Where the parabola through three points, the lowest in the middle, is least, and what it is there.
fn vertex([a, b, c]: [f64; 3], [before, least, after]: [f64; 3]) -> Option<(f64, f64)> {
    let (left, right) = (b - a, c - b);
    let (fall, rise) = ((before - least) / left, (after - least) / right);
    // f(b + h) = least + slope·h + curvature·h²
    let curvature = (fall + rise) / (left + right);
    let slope = (rise * left - fall * right) / (left + right);
    let shift = -0.5 * slope / curvature;
    (curvature > 0.0 && shift.is_finite()).then_some((b + shift, least + 0.5 * slope * shift))
}
