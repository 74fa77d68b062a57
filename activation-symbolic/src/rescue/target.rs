//! What the roots should be: by estimates where these suffice, by the truth elsewhere.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended;

use super::adjoint::Adjoints;
use super::estimate::Estimate;
use super::sample::Float;
use crate::columns::each;
use crate::graph::Id;
use crate::truth::Truth;

/// The error of an estimate, in units of what is tolerated, up to which it is as good as the truth.
const CERTAIN: f64 = 0.01;

/// What a root should be at each point and near it.
#[derive(Debug)]
pub(super) struct Targets {
    /// The value, in two parts.
    high: Vec<f64>,
    low: Vec<f64>,
    /// What is tolerated; NaN where nothing is known.
    tolerance: Vec<f64>,
}

impl Targets {
    /// Nothing is known yet of so many points.
    pub(super) fn new(points: usize) -> Self {
        let column = |value: f64| vec![value; points];
        Self { high: column(0.0), low: column(0.0), tolerance: column(f64::NAN) }
    }

    /// Takes more points in.
    pub(super) fn append(&mut self, mut new: Self) {
        self.high.append(&mut new.high);
        self.low.append(&mut new.low);
        self.tolerance.append(&mut new.tolerance);
    }

    /// Whether nothing is known of a point.
    pub(super) fn is_open(&self, p: usize) -> bool {
        self.tolerance[p].is_nan()
    }

    /// Takes estimates, with the slopes along the inputs in their places, where they are good enough.
    pub(super) fn estimate<S: Float>(
        &mut self,
        estimates: &[Estimate],
        adjoints: &Adjoints,
        inputs: &[(usize, &[S])],
    ) {
        let mut units = Estimate::values(estimates);
        let (units, mut p) = (units.as_mut_slice(), 0);
        while p < units.len() {
            units[p] = units[p].abs();
            p += 1;
        }
        for &(place, x) in inputs {
            let (slopes, mut p) = (adjoints.column(place), 0);
            while p < slopes.len() {
                units[p] += (slopes[p] * x[p].into()).abs();
                p += 1;
            }
        }
        let (high, tolerance, mut p) = (self.high.as_mut_slice(), self.tolerance.as_mut_slice(), 0);
        while p < estimates.len() {
            let Estimate { value, error, .. } = estimates[p];
            let tolerated = 4.0 * S::EPSILON * units[p] + S::TINY;
            if error <= CERTAIN * tolerated && tolerated < f64::INFINITY {
                high[p] = value;
                tolerance[p] = tolerated;
            }
            p += 1;
        }
    }

    /// Takes the truth; nothing where that isn't finite: a pole or a hole of the function itself is not ours.
    pub(super) fn state<S: Float>(&mut self, p: usize, truth: &Truth<S>, root: Id, x: &[S]) {
        let value = truth.ball(root).value;
        if !value.is_finite() {
            return;
        }
        let unit = value.abs() + truth.sensitivity(root, x);
        let unit = if unit.is_finite() { unit } else { value.abs() };
        let high = value.to_f64();
        self.high[p] = high;
        self.low[p] = if high.is_finite() { (value - Extended::from_f64(high)).to_f64() } else { 0.0 };
        self.tolerance[p] = (Extended::from_f64(4.0 * S::EPSILON) * unit).to_f64() + S::TINY;
    }

    /// How far a float is from it, in units of what is tolerated. What rounds rightly may have an error too, but one
    /// that doesn't count.
    pub(super) fn error<S: Float>(&self, p: usize, found: f64) -> f64 {
        if self.tolerance[p].is_nan() {
            0.0
        } else if found.abs() < f64::INFINITY && self.high[p].abs() < f64::INFINITY {
            ((found - self.high[p]) - self.low[p]).abs() / self.tolerance[p]
        } else if found == S::nearest(self.high[p] + self.low[p]) {
            0.0
        } else {
            f64::INFINITY
        }
    }

    /// So many times some errors, in units of what is tolerated; NaN where nothing is known.
    pub(super) fn shares(&self, errors: &[f64], times: f64) -> Vec<f64> {
        each!(error in errors, tolerance in &self.tolerance => times * error / tolerance)
    }
}
