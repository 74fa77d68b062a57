//! Where a divisor comes down to zero without changing its sign, as (x² − 2)² and 1 − sin x do.

use activation_runtime::extended::Extended;

use crate::evaluate;
use crate::graph::Id;

use super::interval::Interval;
use super::probe::{Probe, Values};

/// 2 − φ
const SHARE: f64 = 0.381_966_011_250_105_1;

/// The double zero that `divisor` has next to the middle one of three points, if it has one. It is positive at all
/// three, or negative, and the least in the middle.
pub(super) fn zero(probe: &Probe<'_>, divisor: Id, [a, b, c]: [f64; 3]) -> Option<f64> {
    let order = probe.graph().topological(&[divisor]);
    let mut values = Values::new();
    let mut floats = |t: f64| {
        probe.evaluate(&order, Interval::point(t), &mut values);
        values[divisor.index()].number().map_or(f64::NAN, Interval::size)
    };
    let mut values = Vec::new();
    let mut precise = |t: f64| {
        evaluate::evaluate(probe.graph(), &order, |op| probe.precise_leaf(op, t), &mut values);
        values[divisor.index()].number().map_or(f64::NAN, |d: Extended<f64>| d.to_f64().abs())
    };
    let (around, width) = (precise(a).max(precise(c)), c - a);
    // Floats tell a double zero from what is none, and where it is, to half of their digits.
    let mut near = [a, b, c];
    let reach = 1e-6 * b.abs().max(1e-3 * width);
    if reach < width {
        let b = least(near, 40, &mut floats);
        if floats(b) > 1e-3 * around {
            return None;
        }
        near = [b - reach, b, b + reach];
    }
    let t = least(near, 48, &mut precise);
    // A square grows like this from the zero to the float next to it.
    let next = 4.0 * f64::EPSILON * t.abs() / width;
    (precise(t) <= around * next * next).then_some(t)
}

/// Where `f` is least between the ends, by sections of the golden ratio.
fn least([mut a, mut b, mut c]: [f64; 3], steps: usize, f: &mut impl FnMut(f64) -> f64) -> f64 {
    let mut lowest = f(b);
    for _ in 0..steps {
        let t = if c - b > b - a { b + SHARE * (c - b) } else { b - SHARE * (b - a) };
        let value = f(t);
        if value < lowest {
            if t > b {
                a = b;
            } else {
                c = b;
            }
            (b, lowest) = (t, value);
        } else if t > b {
            c = t;
        } else {
            a = t;
        }
    }
    b
}
