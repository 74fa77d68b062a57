//! Where to look for trouble.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Element;
use activation_runtime::real::Real;

use crate::function::Function;
use crate::graph::{Id, Op};
use crate::random::Random;

/// A machine float that kernels run in.
pub(super) trait Float: Element + Real + Arith<Mask = bool> + PartialOrd + Into<f64> {
    /// Whether f64 has digits to spare.
    const IS_SINGLE: bool;
    /// The unit roundoff.
    const EPSILON: f64;
    /// The smallest normal number.
    const TINY: f64;
    /// Exponents of the smallest subnormal and of the largest number.
    const EXPONENTS: (i32, i32);
    /// The nearest float.
    fn from_f64(value: f64) -> Self;
}

impl Float for f32 {
    const IS_SINGLE: bool = true;
    const EPSILON: f64 = f32::EPSILON as f64 / 2.0;
    const TINY: f64 = f32::MIN_POSITIVE as f64;
    const EXPONENTS: (i32, i32) = (-149, 127);
    fn from_f64(value: f64) -> Self {
        (value as Self).clamp(Self::MIN, Self::MAX)
    }
}

impl Float for f64 {
    const IS_SINGLE: bool = false;
    const EPSILON: f64 = f64::EPSILON / 2.0;
    const TINY: f64 = f64::MIN_POSITIVE;
    const EXPONENTS: (i32, i32) = (-1074, 1023);
    fn from_f64(value: f64) -> Self {
        value
    }
}

/// So few points are afforded of a body of many hundred operations only.
pub(super) const FEW: usize = 22;

/// Values of one input: about `count` of them, in ascending order.
pub(super) fn line<S: Float>(function: &Function, order: &[Id], count: usize) -> Vec<S> {
    let (low, high) = function.signature.settings.domain;
    let mut random = Random::new();
    let (smallest, largest) = S::EXPONENTS;
    let mut points = vec![0.0, 1.0, S::TINY, 2.0_f64.powi(largest) * (2.0 - 4.0 * S::EPSILON)];
    if count >= FEW {
        points.extend([2.0_f64.powi(smallest), 2.0, 0.5]);
    }
    // Every magnitude; twice as many of those that matter most.
    let quarter = (count / 8).max(if count < FEW { 1 } else { 4 });
    for (from, to) in [(smallest, largest), (-30, 8), (-2, 5), (-2, 5)] {
        for i in 0..quarter {
            let step = f64::from(to - from) / quarter as f64;
            let exponent = f64::from(from) + (i as f64 + random.next()) * step;
            points.push(2.0_f64.powf(exponent.floor()) * (1.0 + exponent.fract().abs()));
        }
    }
    points.extend(points.clone().iter().map(|x| -x));
    let mut seams: Vec<f64> = function.facts.kinks.iter().map(|(x, ..)| *x).collect();
    for &id in order {
        if let (Op::Compare(_), &[a, b]) = function.graph.view(id) {
            seams.extend([a, b].into_iter().filter_map(|id| function.graph.as_constant(id)));
        }
    }
    for seam in seams {
        for nudge in [-1.0, -0.5, 0.0, 0.5, 1.0] {
            points.push(seam * (1.0 + 4.0 * nudge * S::EPSILON));
        }
    }
    let mut points: Vec<S> =
        points.into_iter().filter(|x| (low..=high).contains(x)).map(S::from_f64).collect();
    points.sort_by(|a, b| Into::<f64>::into(*a).total_cmp(&(*b).into()));
    points.dedup_by(|a, b| Into::<f64>::into(*a) == (*b).into());
    points
}

/// A number between two, by magnitude where they are far apart; none between neighbours.
pub(super) fn between<S: Float>(a: S, b: S) -> Option<S> {
    let [low, high]: [f64; 2] = [a.into(), b.into()];
    let geometric = low.abs().sqrt() * high.abs().sqrt();
    let middle = S::from_f64(if low * high > 0.0 && geometric.is_normal() {
        geometric.copysign(low)
    } else {
        (low / 2.0) + (high / 2.0)
    });
    (middle > a && middle < b).then_some(middle)
}

/// How many other values are tried of parameters with defaults.
const OTHERS: usize = 3;

/// Whether all parameters have defaults and no constant is named by path: then the defaults come first of what is tried,
/// and only what is wrong with them is held against the author.
pub(super) fn has_defaults(function: &Function) -> bool {
    let is_given = |n: usize| default(function, n).is_some();
    function.graph.externals.is_empty() && (0..function.signature.parameters.len()).all(is_given)
}

fn default(function: &Function, n: usize) -> Option<f64> {
    function.signature.parameters.get(n)?.default.as_ref().and_then(|(_, value)| *value)
}

/// Values of the parameters, followed by those of the constants named by path: the defaults first, where all have one.
pub(super) fn parameters<S: Float>(function: &Function) -> Vec<Vec<S>> {
    // Some of them in proportions that cancel.
    const TRIED: [[f64; 4]; 6] = [
        [1.0, 0.5, 2.0, 0.25],
        [2.0, 1.5, -1.0, 1.0],
        [0.1, 1.5, 0.9, 1.0],
        [5.0, -0.3, 0.9, 0.1],
        [0.8, 0.6, 0.3, 0.75],
        [0.9, 1.05, 1.5, 3.0],
    ];
    let unknown = function.signature.parameters.len() + function.graph.externals.len();
    let value = |n: usize, tried: &[f64; 4]| S::from_f64(default(function, n).unwrap_or(tried[n % 4]));
    let setting = |tried: &[f64; 4]| (0..unknown).map(|n| value(n, tried)).collect();
    if !has_defaults(function) {
        return TRIED.iter().map(setting).collect();
    }
    let others = if unknown == 0 { &[] } else { &TRIED[..OTHERS] };
    let other = |tried: &[f64; 4]| (0..unknown).map(|n| S::from_f64(tried[n % 4])).collect();
    [setting(&TRIED[0])].into_iter().chain(others.iter().map(other)).collect()
}
