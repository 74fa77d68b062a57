//! Where rounding errors are too large on a short interval, a polynomial takes the function's place there.
//!
//! A slope that passes a small minimum as the sum of large terms has lost its last bits in every order of operations;
//! a polynomial about the middle of the interval hasn't, since its first coefficient is that minimum. It is the
//! Chebyshev series of what the estimates say the function is, cut where the rest is small beside what is tolerated
//! (Trefethen, *Approximation Theory and Approximation Practice*, chapters 3 and 4), and costs each lane about as many
//! operations as its degree: far less than to compute some of them again.

use std::f64::consts::PI;
use std::fmt;

use activation_runtime::real::Real;

use super::WRONG;
use super::adjoint::{Adjoints, NOISE, half_place, noise};
use super::batch::{Sums, Tape};
use super::estimate::Estimate;
use super::sample::Float;
use crate::columns::Number;
use crate::format::number;
use crate::function::Function;
use crate::graph::{Comparison, Id, Op};
use crate::primitive::Primitive;

/// Where the function is looked at: so many points resolve all that a polynomial of the highest degree may stand for.
const NODES: usize = 16;
/// The highest degree.
const DEGREE: usize = 10;
/// What is cut off the series, in units of what is tolerated.
const CUT: f64 = 0.03;
/// How many polynomials one function gets.
const PIECES: usize = 2;
/// How much of the interval, or of a quarter of its distance from 0, is added on either side of it: rounding errors are
/// random, and there are others than those that were looked at.
const MARGINS: [f64; 4] = [0.1, 0.25, 0.5, 1.0];
/// No polynomial is tried for more operations than these: what expansion time allows.
const LONGEST: usize = 120;
/// Activations don't care what it costs farther out.
const REACH: f64 = 32.0;
/// The shortest radius.
const SHORTEST: f64 = 1.0 / 64.0;

/// tᵏ·(c₀ + c₁·t + …), where t = x − centre is at most the radius and k the number of zeros at the centre.
#[derive(Debug)]
pub(super) struct Polynomial {
    centre: f64,
    radius: f64,
    zeros: i32,
    coefficients: Vec<f64>,
}

/// Whether polynomials can take the place of `roots` at all: of one function of one f32 and of nothing else.
pub(super) fn is_fit<S: Float>(function: &Function, roots: &[Id]) -> bool {
    let graph = &function.graph;
    let order = graph.topological(roots);
    let known = |id: Id| !matches!(graph.op(id), Op::Parameter(_) | Op::External(_) | Op::Call { .. });
    S::IS_SINGLE
        && roots.len() == 1
        && function.signature.inputs.len() == 1
        && order.len() <= LONGEST
        && order.into_iter().all(known)
}

/// Polynomials that together cover the points of ascending order near 0 at which the only one of `roots` is `wrong`;
/// none unless these lie on one or two short intervals.
pub(super) fn fit<S: Float>(function: &Function, roots: &[Id], wrong: &[f64]) -> Vec<Polynomial> {
    let wrong: Vec<f64> = wrong.iter().copied().filter(|x| x.abs() <= REACH).collect();
    if wrong.is_empty() || !is_fit::<S>(function, roots) {
        return Vec::new();
    }
    let tape = Tape::new(function, &function.graph.topological(roots));
    Fit { tape, root: roots[0] }.pieces::<S>(&wrong, PIECES).unwrap_or_default()
}

struct Fit {
    tape: Tape,
    root: Id,
}

impl Fit {
    /// At most `allowed` polynomials for `wrong` points; where one isn't enough, the widest gap parts the points.
    fn pieces<S: Float>(&self, wrong: &[f64], allowed: usize) -> Option<Vec<Polynomial>> {
        let (&low, &high) = wrong.first().zip(wrong.last())?;
        if let Some(polynomial) = self.widest::<S>(low, high) {
            return Some(vec![polynomial]);
        }
        let gap = |&i: &usize| wrong[i] - wrong[i - 1];
        let widest = (1..wrong.len()).max_by(|i, j| gap(i).total_cmp(&gap(j))).filter(|_| allowed > 1)?;
        let mut found = self.pieces::<S>(&wrong[..widest], allowed - 1)?;
        found.append(&mut self.pieces::<S>(&wrong[widest..], allowed - found.len())?);
        Some(found)
    }

    /// The polynomial for an interval and for as much beside it as one of the highest degree serves.
    fn widest<S: Float>(&self, low: f64, high: f64) -> Option<Polynomial> {
        let scale = (high - low).max(low.abs().max(high.abs()) / 4.0);
        let wider = |margin: f64| self.polynomial::<S>(low - margin * scale, high + margin * scale);
        let found = MARGINS.into_iter().map_while(wider).last();
        found.filter(|found| found.radius >= SHORTEST)
    }

    /// The polynomial for an interval.
    fn polynomial<S: Float>(&self, low: f64, high: f64) -> Option<Polynomial> {
        if low * high <= 0.0 {
            let radius = S::nearest(high.max(-low));
            let zeros = self.zeros::<S>(radius)?;
            if zeros > 0 {
                return self.series::<S>(0.0, radius, zeros);
            }
        }
        // Few bits, so that x − centre is exact.
        let (centre, radius) = (f64::midpoint(low, high), (high - low) / 2.0);
        let step = (radius.log2().floor() - 3.0).exp2();
        let rounded = (centre / step).round() * step;
        self.series::<S>(rounded, S::nearest(radius + (centre - rounded).abs()), 0)
    }

    /// The order of the zero at 0.
    fn zeros<S: Float>(&self, radius: f64) -> Option<i32> {
        let near = [radius / 64.0, radius / 32.0];
        let estimates = self.estimates::<S>(&near);
        let order = (estimates[1].1 / estimates[0].1).log2();
        ((order - order.round()).abs() < 0.1 && (-0.1..6.5).contains(&order)).then_some(order.round() as i32)
    }

    /// The same with so many zeros at the centre.
    fn series<S: Float>(&self, centre: f64, radius: f64, zeros: i32) -> Option<Polynomial> {
        let angle = |j: usize| PI * (j as f64 + 0.5) / NODES as f64;
        let points: Vec<f64> = (0..NODES).map(|j| centre + radius * angle(j).cos()).collect();
        let (mut values, mut tolerances, mut tolerance) = (Vec::new(), Vec::new(), f64::INFINITY);
        for (&x, (estimate, unit)) in points.iter().zip(self.estimates::<S>(&points)) {
            let scale = (x - centre).powi(zeros);
            let tolerated = 4.0 * S::EPSILON * unit;
            if estimate.error.is_nan() || estimate.error > CUT * tolerated {
                return None;
            }
            values.push(estimate.value / scale);
            tolerances.push(tolerated / scale.abs());
            tolerance = tolerance.min(tolerated / scale.abs());
        }
        let term = |k: usize| -> f64 {
            let sum: f64 = (0..NODES).map(|j| values[j] * (k as f64 * angle(j)).cos()).sum();
            sum * if k == 0 { 1.0 } else { 2.0 } / NODES as f64
        };
        let terms: Vec<f64> = (0..NODES).map(term).collect();
        let rest = |degree: usize| terms[degree + 1..].iter().map(|term| term.abs()).sum::<f64>();
        let degree = (1..=DEGREE).find(|&degree| rest(degree) <= CUT * tolerance)?;
        let mut coefficients = monomials(&terms[..=degree]);
        let mut power = 1.0;
        for coefficient in &mut coefficients {
            // Those of an even or odd function are zero, but for the rounding of its values.
            let negligible = coefficient.abs() <= 1e-3 * tolerance;
            *coefficient = if negligible { 0.0 } else { S::nearest(*coefficient / power) };
            power *= radius;
        }
        let found = Polynomial { centre, radius, zeros, coefficients };
        let is_right = |(&x, tolerated): (&f64, f64)| NOISE * found.noise::<S>(x) <= WRONG * tolerated;
        points.iter().zip(tolerances).all(is_right).then_some(found)
    }

    /// What the root is at some points, and |f| + |x·f′|, of which a share is tolerated.
    fn estimates<S: Float>(&self, points: &[f64]) -> Vec<(Estimate, f64)> {
        let leaf = |op| match op {
            Op::Input(_) => points.iter().map(|&x| Estimate::new(x)).collect(),
            Op::Constant(bits) => vec![Estimate::new(S::nearest(f64::from_bits(bits))); points.len()],
            _ => vec![Estimate::new(f64::NAN); points.len()],
        };
        let columns = self.tape.evaluate(leaf, Sums::Plain);
        let root = self.tape.place(self.root);
        let adjoints = Adjoints::new(&self.tape, root, &columns);
        let input = self.tape.inputs().next().map_or(root, |(_, place)| place);
        let slopes = adjoints.padded(input);
        let unit = |p: usize| columns[root][p].value.abs() + (points[p] * slopes[p]).abs();
        (0..points.len()).map(|p| (columns[root][p], unit(p))).collect()
    }
}

/// The coefficients of 1, t, t² … of the sum of `terms[k]`·Tₖ(t), by the recurrence Tₖ₊₁ = 2t·Tₖ − Tₖ₋₁.
fn monomials(terms: &[f64]) -> Vec<f64> {
    let n = terms.len();
    let (mut before, mut current, mut sum) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
    current[0] = 1.0;
    for (k, term) in terms.iter().enumerate() {
        for i in 0..n {
            sum[i] += term * current[i];
        }
        let factor = if k == 0 { 1.0 } else { 2.0 };
        let mut next: Vec<f64> = before.iter().map(|b| -b).collect();
        for i in 1..n {
            next[i] += factor * current[i - 1];
        }
        before = std::mem::replace(&mut current, next);
    }
    sum
}

impl fmt::Display for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let degree = self.coefficients.len() - 1 + self.zeros as usize;
        // Three decimals do for a reader.
        let rounded = |x: f64| number((x * 1e3).round() / 1e3);
        let [low, high] = [self.centre - self.radius, self.centre + self.radius].map(rounded);
        write!(f, "a polynomial of degree {degree} from {low} to {high}, where its terms cancel")
    }
}

impl Polynomial {
    /// What it costs, as [`share::cost`](crate::share::cost) counts.
    pub(super) fn cost(&self) -> usize {
        self.coefficients.len() + 3
    }

    /// Whether it is taken at x.
    pub(super) fn covers(&self, x: f64) -> bool {
        (x - self.centre).abs() <= self.radius
    }

    /// Its value.
    pub(super) fn evaluate<S: Float>(&self, x: S) -> S {
        let t = x - x.constant(self.centre);
        let sum =
            self.coefficients.iter().rev().fold(x.constant(0.0), |sum, &c| sum.mul_add(t, x.constant(c)));
        Real::powi(t, self.zeros) * sum
    }

    /// What rounding may add to c₀ + c₁·t + … at x, that of its sums and of its coefficients.
    fn noise<S: Float>(&self, x: f64) -> f64 {
        let t = x - self.centre;
        let mut sum = 0.0;
        let mut shares: Vec<f64> = Vec::with_capacity(2 * self.coefficients.len());
        for &coefficient in self.coefficients.iter().rev() {
            for share in &mut shares {
                *share *= t.abs();
            }
            sum = sum * t + coefficient;
            shares.extend([sum, coefficient].map(half_place::<S>));
        }
        noise(shares.iter().sum(), shares.iter().map(|share| share * share).sum())
    }

    /// The polynomial near its centre, `root` elsewhere. Its sums are left as they are: no rule is to reorder them.
    pub(super) fn select(&self, function: &mut Function, root: Id) -> Id {
        let graph = &mut function.graph;
        let x = graph.node(Op::Input(0), &[]);
        let offset = graph.constant(-self.centre);
        let t = graph.add(x, offset);
        // Of an even function, in t².
        let is_even = self.coefficients.iter().skip(1).step_by(2).all(|&c| c == 0.0);
        let (step, variable) = if is_even { (2, graph.mul(t, t)) } else { (1, t) };
        let terms: Vec<Id> = self.coefficients.iter().step_by(step).map(|&c| graph.constant(c)).collect();
        let mut horner = |sum: Id, term: Id| {
            let product = graph.node(Op::Mul, &[sum, variable]);
            graph.node(Op::Add, &[product, term])
        };
        let sum = terms.iter().rev().copied().reduce(&mut horner).unwrap_or(root);
        let power = graph.powi(t, self.zeros);
        let value = graph.mul(power, sum);
        let (magnitude, radius) = (graph.apply(Primitive::Abs, &[t]), graph.constant(self.radius));
        let (near, wide) = (graph.compare(Comparison::Le, magnitude, radius), graph.node(Op::Wide, &[]));
        let narrow = graph.not(wide);
        let taken = graph.and(near, narrow);
        graph.node(Op::Select, &[taken, value, root])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chebyshev_polynomials_as_monomials() {
        // T₀ + 2·T₂ + T₃ = 1 + 2·(2t² − 1) + (4t³ − 3t)
        assert_eq!(monomials(&[1.0, 0.0, 2.0, 1.0]), [-1.0, -3.0, 4.0, 4.0]);
    }

    #[test]
    fn values_are_those_of_the_monomials() {
        let polynomial = Polynomial { centre: 1.0, radius: 0.5, zeros: 1, coefficients: vec![2.0, 3.0] };
        assert_eq!(polynomial.evaluate(1.25_f32), 0.25 * (2.0 + 3.0 * 0.25));
        assert!(polynomial.covers(0.5) && !polynomial.covers(1.75));
    }
}
