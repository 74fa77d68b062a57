//! Where to look: simple numbers first, then wherever intervals can't prove that there is nothing to see.

use std::collections::VecDeque;

use crate::function::Element;
use crate::graph::Id;

use super::interval::Interval;
use super::probe::{Probe, Values};
use super::truth::Truth;
use super::{breaks, domain};

/// The function at a float.
pub(super) struct Sample {
    pub(super) t: f64,
    /// How far from simple a number it is: witnesses are taken from the front.
    pub(super) rank: usize,
    pub(super) values: Values,
    pub(super) live: Vec<Truth>,
}

/// Samples in ascending order. Between neighbours everything is defined and nothing changes sides but what does so
/// visibly at the samples, as far as interval arithmetic could prove it within its budget.
pub(super) fn explore(probe: &Probe<'_>) -> Vec<Sample> {
    let sample = |t: f64, rank: usize| {
        let mut values = Values::new();
        probe.evaluate(&probe.order, Interval::point(t), &mut values);
        let live = probe.live(&values);
        Sample { t, rank, values, live }
    };
    let restricted = domain::restricted(probe);
    let switches = breaks::switches(probe);
    let is_plain = restricted.is_empty() && switches.is_empty() && !breaks::has_corners(probe);
    if is_plain && probe.lines > 1 {
        return Vec::new();
    }
    // A long body gets fewer looks.
    let looks = 10_000 / (1 + probe.order.len()) / probe.lines;
    let most = if is_plain { (looks / 4).clamp(4, 12) } else { looks.clamp(8, 160) };
    let mut samples: Vec<Sample> =
        simple_numbers(probe, most).into_iter().map(|(t, rank)| sample(t, rank)).collect();

    let mut budget = if is_plain { 0 } else { looks.min(64) };
    let mut boxes: VecDeque<(usize, usize)> = (1..samples.len()).map(|i| (i - 1, i)).collect();
    let mut values = Values::new();
    while let Some((i, j)) = boxes.pop_front()
        && budget > 0
    {
        let (a, b) = (&samples[i], &samples[j]);
        probe.evaluate(&probe.order, Interval::new(a.t, b.t), &mut values);
        let live = probe.live(&values);
        let is_settled = |id: Id, settled: &dyn Fn() -> bool| live[id.index()] == Truth::No || settled();
        let settled = restricted
            .iter()
            .all(|&id| is_settled(id, &|| domain::settles(probe, id, [&a.values, &values, &b.values])))
            && switches
                .iter()
                .all(|&id| is_settled(id, &|| breaks::settles(probe, id, [&a.values, &values, &b.values])));
        let middle = probe.round(middle(a.t, b.t));
        if !settled && a.t < middle && middle < b.t {
            budget -= 1;
            let rank = 500 + samples.len();
            samples.push(sample(middle, rank));
            boxes.extend([(i, samples.len() - 1), (samples.len() - 1, j)]);
        }
    }
    samples.sort_by(|a, b| a.t.total_cmp(&b.t));
    samples
}

/// Halfway: among the magnitudes if they are far apart, else among the numbers.
fn middle(a: f64, b: f64) -> f64 {
    let (small, large) = (a.abs().min(b.abs()), a.abs().max(b.abs()));
    if a < 0.0 && b > 0.0 {
        0.0
    } else if small == 0.0 {
        (a + b) / 16.0
    } else if large > 4.0 * small {
        (small.sqrt() * large.sqrt()).copysign(a)
    } else {
        0.5 * a + 0.5 * b
    }
}

/// Numbers that a person would try, at most `most` of them and their negatives, in ascending order, each with its
/// rank.
fn simple_numbers(probe: &Probe<'_>, most: usize) -> Vec<(f64, usize)> {
    let (max, tiny) = match probe.function.signature.element {
        Element::F32 => (f64::from(f32::MAX), f64::from(f32::from_bits(1))),
        Element::F64 => (f64::MAX, f64::from_bits(1)),
    };
    let mut magnitudes = vec![0.0, 1.0, 2.0, 0.5, 3.0, 10.0, 0.25, 100.0];
    // Where branches and poles tend to be: at the numbers of the body.
    magnitudes.extend(probe.numbers().map(f64::abs).take(24));
    let (lo, hi) = probe.function.signature.settings.domain;
    if lo.is_finite() && hi.is_finite() {
        magnitudes.extend((0..=16).map(|i| (lo + (hi - lo) * f64::from(i) / 16.0).clamp(lo, hi).abs()));
    } else {
        magnitudes.extend([lo, hi].into_iter().filter(|end| end.is_finite()).map(f64::abs));
    }
    magnitudes.extend([4.0, 1.5, 6.0, 0.1, 1e-3, 20.0, 1e4, 90.0, 1e-6, 40.0, 1e10, 0.01, 1e20, 1e-20]);
    magnitudes.extend([5.0, 0.75, 8.0, 2.5, 14.0, 1.25, 30.0, 60.0, 0.03, 750.0, 1e15, 1e30, 1e3, 1e-10]);
    magnitudes.extend([3.5, 1.75, 7.0, 4.5, 0.375, 12.0, 17.0, 25.0, 150.0, 1e6, 1e8, 1e100, 1e200]);
    magnitudes.truncate(most);
    magnitudes.extend([max, tiny]);
    let mut numbers: Vec<(f64, usize)> = Vec::new();
    for (rank, &magnitude) in magnitudes.iter().enumerate() {
        for number in [-magnitude, magnitude].map(|number| probe.round(number)) {
            if probe.admits(number) {
                numbers.push((number + 0.0, rank));
            }
        }
    }
    numbers.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    numbers.dedup_by(|later, first| later.0 == first.0);
    numbers
}
