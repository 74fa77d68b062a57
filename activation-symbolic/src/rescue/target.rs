//! What the roots should be: by estimates where these suffice, by the truth elsewhere.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended;

use super::estimate::Estimate;
use super::sample::Float;
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
    /// The slopes along each input.
    slopes: Vec<Vec<f64>>,
    /// What is tolerated; NaN where nothing is known.
    tolerance: Vec<f64>,
}

impl Targets {
    /// Nothing is known yet of so many points.
    pub(super) fn new(points: usize, inputs: usize) -> Self {
        let column = |value: f64| vec![value; points];
        Self {
            high: column(0.0),
            low: column(0.0),
            slopes: vec![column(0.0); inputs],
            tolerance: column(f64::NAN),
        }
    }

    /// Takes more points in.
    pub(super) fn append(&mut self, mut new: Self) {
        self.high.append(&mut new.high);
        self.low.append(&mut new.low);
        self.slopes.iter_mut().zip(&mut new.slopes).for_each(|(all, new)| all.append(new));
        self.tolerance.append(&mut new.tolerance);
    }

    /// Whether nothing is known of a point.
    pub(super) fn is_open(&self, p: usize) -> bool {
        self.tolerance[p].is_nan()
    }

    /// Takes estimates with slopes along all inputs, where they are good enough.
    pub(super) fn estimate<S: Float>(&mut self, estimates: &[&[Estimate]], x: &[Vec<S>]) {
        let Some(&first) = estimates.first() else { return };
        let (high, tolerance) = (self.high.as_mut_slice(), self.tolerance.as_mut_slice());
        let mut p = 0;
        while p < first.len() {
            let Estimate { value, error, .. } = first[p];
            let mut unit = value.abs();
            let mut input = 0;
            while input < estimates.len() {
                let slope = estimates[input][p].slope;
                self.slopes[input][p] = slope;
                unit += (slope * x[input][p].into()).abs();
                input += 1;
            }
            let tolerated = 4.0 * S::EPSILON * unit + S::TINY;
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
        for (input, slopes) in self.slopes.iter_mut().enumerate() {
            slopes[p] = truth.slope(root, input).to_f64();
        }
        self.tolerance[p] = (Extended::from_f64(4.0 * S::EPSILON) * unit).to_f64() + S::TINY;
    }

    /// How far a float is from it, in units of what is tolerated. What rounds rightly may have an error too, but one
    /// that doesn't count.
    pub(super) fn error<S: Float>(&self, p: usize, found: f64) -> f64 {
        if self.tolerance[p].is_nan() {
            0.0
        } else if found.abs() < f64::INFINITY {
            ((found - self.high[p]) - self.low[p]).abs() / self.tolerance[p]
        } else if found == S::nearest(self.high[p] + self.low[p]) {
            0.0
        } else {
            f64::INFINITY
        }
    }

    /// How far a float is from it for inputs so many `steps` away.
    pub(super) fn error_beside<S: Float>(
        &self,
        p: usize,
        found: f64,
        steps: impl Iterator<Item = f64>,
    ) -> f64 {
        let (high, mut low) = (self.high[p], self.low[p]);
        for (slopes, step) in self.slopes.iter().zip(steps) {
            low += if step == 0.0 { 0.0 } else { slopes[p] * step };
        }
        if !(high + low).is_finite() || self.tolerance[p].is_nan() || found == S::nearest(high + low) {
            0.0
        } else if found.is_finite() {
            ((found - high) - low).abs() / self.tolerance[p]
        } else {
            f64::INFINITY
        }
    }
}
