//! The slopes of a result along all that it is computed from, in one sweep from the result back: reverse mode (Griewank
//! and Walther, *Evaluating Derivatives*, chapter 3). Along the inputs they say what is tolerated; along the nodes, how
//! much of each rounding arrives at the result.

use super::batch::{Step, Tape};
use super::estimate::Estimate;
use super::sample::Float;
use crate::columns::each;
use crate::graph::Op;
use crate::primitive::Primitive;

/// How many standard deviations the rounding errors of a result are allowed: about one float in four hundred has larger
/// ones.
const DEVIATIONS: f64 = 3.0;

/// What the errors that rounding may add up to count beside those that were seen.
pub(super) const NOISE: f64 = 0.75;

/// An angle that has every phase close by.
const LARGE: f64 = 8.0;

/// The share of half a last place up to which a number isn't next to a float by chance.
const REASON: f64 = 1.0 / 4096.0;

/// The slopes of one node along those before it, a column each; empty along nodes that it isn't computed from.
pub(super) struct Adjoints(Vec<Vec<f64>>);

impl Adjoints {
    /// Those of the node in `place`, from the estimates of all nodes.
    pub(super) fn new(tape: &Tape, place: usize, estimates: &[Vec<Estimate>]) -> Self {
        let mut columns: Vec<Vec<f64>> = vec![Vec::new(); place + 1];
        columns[place] = vec![1.0; estimates[place].len()];
        for (at, step) in tape.steps[..=place].iter().enumerate().rev() {
            let (before, own) = columns.split_at_mut(at);
            let own = own[0].as_slice();
            if own.is_empty() || step.is_mask {
                continue;
            }
            // The first argument of a selection is its mask.
            let arguments = step.arguments.as_slice();
            let arguments = if step.op == Op::Select { &arguments[1..] } else { arguments };
            let estimates = estimates[at].as_slice();
            for (i, &argument) in arguments.iter().enumerate() {
                if matches!(tape.steps[argument].op, Op::Constant(_) | Op::Parameter(_)) {
                    continue;
                }
                let column = &mut before[argument];
                if column.is_empty() {
                    *column = vec![0.0; own.len()];
                }
                let (column, mut p) = (column.as_mut_slice(), 0);
                while p < own.len() {
                    if own[p] != 0.0 {
                        column[p] += own[p] * estimates[p].partials[i];
                    }
                    p += 1;
                }
            }
        }
        Self(columns)
    }

    /// The slopes along the node in a place; empty where it isn't computed from that.
    pub(super) fn column(&self, place: usize) -> &[f64] {
        self.0.get(place).map_or(&[], Vec::as_slice)
    }

    /// The same, with zeros for nothing.
    pub(super) fn padded(&self, place: usize) -> Vec<f64> {
        let column = self.column(place);
        if column.is_empty() { vec![0.0; self.0.last().map_or(0, Vec::len)] } else { column.to_vec() }
    }

    /// Whether the node depends on the one in a place.
    fn reaches(&self, place: usize) -> bool {
        self.0.get(place).is_some_and(|column| !column.is_empty())
    }

    /// How large the rounding errors of the floats may be together, at each point: to first order, none of a node
    /// depending on that of another. It is no bound, but that of the sum is.
    pub(super) fn noise(&self, roundings: &Roundings) -> Vec<f64> {
        self.noise_of(roundings, |_| true)
    }

    /// The same of the nodes in some places only.
    fn noise_of(&self, roundings: &Roundings, counts: impl Fn(usize) -> bool) -> Vec<f64> {
        let points = self.0.last().map_or(0, Vec::len);
        let (mut sums, mut squares) = (vec![0.0; points], vec![0.0; points]);
        for (place, column) in self.0.iter().enumerate() {
            let halves = roundings.0[place].as_slice();
            if column.is_empty() || halves.is_empty() || !counts(place) {
                continue;
            }
            let column = column.as_slice();
            let (sums, squares, mut p) = (sums.as_mut_slice(), squares.as_mut_slice(), 0);
            while p < points {
                let share = (column[p] * halves[p]).abs();
                if share > 0.0 {
                    sums[p] += share;
                    squares[p] += share * share;
                }
                p += 1;
            }
        }
        each!(sum in &sums, square in &squares => noise(sum, square))
    }
}

/// How much each node may be rounded by at each point: half of a last place, or nothing where it is exact. A column is
/// empty where it always is.
pub(super) struct Roundings(Vec<Vec<f64>>);

impl Roundings {
    /// Those of the floats `S`, from the estimates of all nodes.
    pub(super) fn new<S: Float>(tape: &Tape, estimates: &[Vec<Estimate>]) -> Self {
        let column = |(place, step): (usize, &Step)| {
            let is_scaled = is_scaled(tape, step);
            if !is_scaled && !rounds(tape, step) {
                return Vec::new();
            }
            // A sum is exact where its last place isn't beyond those of its terms.
            let unit = |term: usize| match last(tape, term) {
                Some(last) => vec![last; estimates[term].len()],
                None => half_places::<S>(&estimates[term]),
            };
            let units = match (step.op, step.arguments.as_slice()) {
                (Op::Add | Op::Sub, &[a, b]) => Some([unit(a), unit(b)]),
                _ => None,
            };
            let mut halves = half_places::<S>(&estimates[place]);
            if let Op::Powi(n) = step.op {
                let products = products(n);
                halves = each!(half in &halves => half * products);
            }
            let units = units.as_ref().map(|[a, b]| [a.as_slice(), b.as_slice()]);
            let (values, slice, mut p) = (estimates[place].as_slice(), halves.as_mut_slice(), 0);
            while p < values.len() {
                let value = values[p].value;
                let half = if slice[p] > value.abs() { value.abs() } else { slice[p] };
                // What is so close to a float is so for a reason: a term was too small to count.
                let off = (S::nearest(value) - value).abs();
                let half = if S::IS_SINGLE && off < half * REASON && !is_scaled { off } else { half };
                let is_exact = match units {
                    Some([a, b]) => half <= a[p] && half <= b[p],
                    None => is_scaled && value.abs() >= S::TINY,
                };
                slice[p] = if is_exact { 0.0 } else { half };
                p += 1;
            }
            halves
        };
        Self(tape.steps.iter().enumerate().map(column).collect())
    }
}

/// Errors beside a point, where an angle is so large that the same happens there in every phase: also where the slope of
/// the whole is zero, and with it much of what is tolerated. Of the rounding of the angle then hardly more than the second
/// order is left, half the square of it.
#[derive(Default)]
pub(super) struct Angles(Vec<Angle>);

/// An angle.
struct Angle {
    place: usize,
    slopes: Adjoints,
    /// The sines, cosines and tangents of it.
    waves: Vec<usize>,
    is_rounded: bool,
}

impl Angles {
    pub(super) fn new(tape: &Tape, estimates: &[Vec<Estimate>]) -> Self {
        use Primitive::{Cos, Sin, Tan};
        let mut angles: Vec<Angle> = Vec::new();
        for (wave, step) in tape.steps.iter().enumerate() {
            if !matches!(step.op, Op::Apply(Sin | Cos | Tan)) {
                continue;
            }
            let place = step.arguments[0];
            match angles.iter_mut().find(|angle| angle.place == place) {
                Some(angle) => angle.waves.push(wave),
                None => angles.push(Angle {
                    place,
                    slopes: Adjoints::new(tape, place, estimates),
                    waves: vec![wave],
                    is_rounded: rounds(tape, &tape.steps[place]),
                }),
            }
        }
        Self(angles)
    }

    /// The errors beside each point of a root whose slopes these are, in units of what is tolerated there; none where it
    /// depends on no angle.
    pub(super) fn errors<S: Float>(
        &self,
        adjoints: &Adjoints,
        inputs: &[(usize, &[S])],
        roundings: &Roundings,
        estimates: &[Vec<Estimate>],
    ) -> Option<Vec<f64>> {
        let is_reached = |angle: &&Angle| angle.waves.iter().any(|&wave| adjoints.reaches(wave));
        let angles: Vec<&Angle> = self.0.iter().filter(is_reached).collect();
        if angles.is_empty() {
            return None;
        }
        let root = estimates[adjoints.0.len() - 1].as_slice();
        // How high the waves of each angle are in the root.
        let zeros = vec![0.0; root.len()];
        let (mut heights, mut bends, mut largest) = (zeros.clone(), zeros.clone(), zeros.clone());
        let mut amplitudes = Vec::with_capacity(angles.len());
        for angle in &angles {
            let mut own = zeros.clone();
            for wave in angle.waves.iter().filter(|&&wave| adjoints.reaches(wave)) {
                own = each!(sum in &own, slope in &adjoints.0[*wave] => sum + f64::abs(slope));
            }
            let (values, own_slice, mut p) = (estimates[angle.place].as_slice(), own.as_slice(), 0);
            let (heights, bends, largest) =
                (heights.as_mut_slice(), bends.as_mut_slice(), largest.as_mut_slice());
            while p < own_slice.len() {
                let value = values[p].value;
                let rounding = if angle.is_rounded { half_place::<S>(value) } else { 0.0 };
                // A wave differs by no more than its height.
                bends[p] += own_slice[p] * (rounding * rounding / 2.0).min(2.0);
                heights[p] += own_slice[p];
                largest[p] = value.abs().max(largest[p]);
                p += 1;
            }
            amplitudes.push(own);
        }
        // The slope along what isn't in an angle is a constant here, and that of the waves goes up and down.
        let (mut rests, mut waves) = (zeros.clone(), zeros.clone());
        for &(place, x) in inputs {
            let mut slopes = adjoints.padded(place);
            for (angle, amplitude) in angles.iter().zip(&amplitudes) {
                let along = angle.slopes.padded(place);
                let (of_root, amplitude) = (adjoints.padded(angle.place), amplitude.as_slice());
                slopes =
                    each!(slope in &slopes, of_root in &of_root, along in &along => slope - of_root * along);
                let (waves, along, mut p) = (waves.as_mut_slice(), along.as_slice(), 0);
                while p < along.len() {
                    waves[p] += amplitude[p] * (along[p] * x[p].into()).abs();
                    p += 1;
                }
            }
            let (rests, slopes, mut p) = (rests.as_mut_slice(), slopes.as_slice(), 0);
            while p < slopes.len() {
                rests[p] += (slopes[p] * x[p].into()).abs();
                p += 1;
            }
        }
        let is_rounded = angles.iter().any(|angle| angle.is_rounded);
        let is_other = |place| !angles.iter().any(|angle| angle.slopes.reaches(place));
        let mut errors = adjoints.noise_of(roundings, is_other);
        let (errors_slice, mut p) = (errors.as_mut_slice(), 0);
        while p < errors_slice.len() {
            let noise = if largest[p] >= LARGE {
                let of_angle = if is_rounded { S::EPSILON * rests[p].min(waves[p]) } else { 0.0 };
                NOISE * (errors_slice[p] + of_angle)
            } else {
                0.0
            };
            let unit = root[p].value.abs().max(heights[p]) + (rests[p] - waves[p]).max(0.0);
            errors_slice[p] = (bends[p] + noise) / (4.0 * S::EPSILON * unit + S::TINY);
            p += 1;
        }
        Some(errors)
    }
}

/// Whether a node may differ from what its arguments say.
fn rounds(tape: &Tape, step: &Step) -> bool {
    use Primitive::{Abs, Copysign, Max, Min};
    match step.op {
        Op::Add | Op::Sub | Op::Powi(_) => true,
        Op::Mul | Op::Div => !is_scaled(tape, step),
        Op::Apply(Abs | Copysign | Max | Min) => false,
        Op::Apply(primitive) => !primitive.is_step(),
        _ => false,
    }
}

/// Whether a node is another times a power of two, which is exact unless it is subnormal.
fn is_scaled(tape: &Tape, step: &Step) -> bool {
    let is_power = |i: usize| match tape.steps[step.arguments[i]].op {
        Op::Constant(bits) => bits << 12 == 0,
        _ => false,
    };
    match step.op {
        Op::Mul => is_power(0) || is_power(1),
        Op::Div => is_power(1),
        _ => false,
    }
}

/// What rounding errors may be together, of which the sum and the sum of squares are given. The variance of what is
/// spread evenly between −h and h is h²/3.
pub(super) fn noise(sum: f64, squares: f64) -> f64 {
    sum.min(DEVIATIONS * (squares / 3.0).sqrt())
}

/// What the roundings of the products of a power are together, in terms of one: squaring doubles those before it.
fn products(n: i32) -> f64 {
    let n = n.unsigned_abs().max(2);
    let mut squares = 0.0;
    for bit in (0..n.ilog2()).rev() {
        squares = 4.0 * squares + 1.0 + f64::from(n >> bit & 1);
    }
    f64::sqrt(squares)
}

/// Half of the last place that the floats `S` have for a number.
#[inline(always)]
pub(super) fn half_place<S: Float>(value: f64) -> f64 {
    let power = power(value);
    if power > S::TINY { power * S::EPSILON } else { S::TINY * S::EPSILON }
}

fn half_places<S: Float>(estimates: &[Estimate]) -> Vec<f64> {
    let mut halves = vec![0.0; estimates.len()];
    let (slice, mut p): (&mut [f64], usize) = (&mut halves, 0);
    while p < slice.len() {
        slice[p] = half_place::<S>(estimates[p].value);
        p += 1;
    }
    halves
}

/// Half of the last place of a constant.
fn last(tape: &Tape, place: usize) -> Option<f64> {
    let Op::Constant(bits) = tape.steps[place].op else { return None };
    let value = f64::from_bits(bits);
    let digits = bits & (u64::MAX >> 12);
    Some(if value == 0.0 {
        f64::INFINITY
    } else {
        power(value) / f64::from(2).powi(53 - digits.trailing_zeros().min(52) as i32)
    })
}

/// The power of two at or below a magnitude.
#[inline(always)]
fn power(value: f64) -> f64 {
    f64::from_bits(value.to_bits() & (0x7ff << 52))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Number;
    use crate::diagnostic::Diagnostics;
    use crate::function::Function;
    use crate::rescue::batch::Sums;
    use crate::{lower, parse};
    use proc_macro2::TokenStream;

    const POINTS: usize = 4000;

    /// A function of x, between 0.3 and 3.
    struct Looked {
        x: Vec<f32>,
        floats: Vec<f32>,
        estimates: Vec<Estimate>,
        slopes: Vec<f64>,
        noise: Vec<f64>,
    }

    fn at_many_points(body: &str) -> Looked {
        let mut errors = Diagnostics::new();
        let source = format!("fn f(x: f32) -> f32 {{ {body} }}").parse().expect("tokens");
        let signature = parse::parse(TokenStream::new(), source, &mut errors).expect("a signature");
        let function: Function = lower::lower(signature, &mut errors);
        assert!(errors.finish().is_none());
        let order = function.graph.topological(&[function.written]);
        let tape = Tape::new(&function, &order);
        let random = &mut crate::random::Random::new();
        let x: Vec<f32> = (0..POINTS).map(|_| (0.3 + 2.7 * random.next()) as f32).collect();
        let constant = |op: Op| match op {
            Op::Constant(bits) => f64::from(f64::from_bits(bits) as f32),
            _ => f64::NAN,
        };
        let wide = tape.evaluate(
            |op| match op {
                Op::Input(_) => x.iter().map(|&x| Estimate::new(x.into())).collect(),
                op => vec![Estimate::new(constant(op)); POINTS],
            },
            Sums::Plain,
        );
        let mut floats = tape.evaluate(
            |op| match op {
                Op::Input(_) => x.clone(),
                op => vec![constant(op) as f32; POINTS],
            },
            Sums::Plain,
        );
        let root = tape.place(function.written);
        let adjoints = Adjoints::new(&tape, root, &wide);
        let (_, input) = tape.inputs().next().expect("an input");
        let slopes = adjoints.padded(input);
        let noise = adjoints.noise(&Roundings::new::<f32>(&tape, &wide));
        Looked { x, floats: floats.swap_remove(root), estimates: wide[root].clone(), slopes, noise }
    }

    #[test]
    fn slopes_are_derivatives() {
        let Looked { x, slopes, .. } = at_many_points("x * x.exp() + (1.0 / x).sin()");
        for (x, slope) in x.into_iter().map(f64::from).zip(slopes) {
            let expected = (1.0 + x) * x.exp() - (1.0 / x).cos() / (x * x);
            assert!((slope - expected).abs() <= 1e-13 * (1.0 + expected.abs()), "at {x}");
        }
    }

    /// Three standard deviations: few floats are farther off, and many are half as far.
    #[test]
    fn noise_is_what_rounding_does() {
        for body in
            ["x * x * x - 0.7 * x + 0.3", "(x.exp() + 0.3) / (x * x + 1.7)", "x.sin() * x.cos() - x.ln()"]
        {
            let Looked { floats, estimates, noise, .. } = at_many_points(body);
            let errors =
                floats.iter().zip(&estimates).map(|(&float, truth)| (f64::from(float) - truth.value).abs());
            let shares: Vec<f64> = errors.zip(&noise).map(|(error, noise)| error / noise).collect();
            let beyond = |bound: f64| shares.iter().filter(|&&share| share > bound).count() * 1000 / POINTS;
            assert!(beyond(1.0) <= 8, "{body}: {} in a thousand", beyond(1.0));
            assert!((60..240).contains(&beyond(0.5)), "{body}: {} in a thousand", beyond(0.5));
        }
    }

    #[test]
    fn what_is_exact_has_no_noise() {
        let Looked { noise, .. } = at_many_points("0.5 * x.max(1.0).min(2.0) - 1.0");
        assert!(noise.iter().all(|&noise| noise == 0.0));
    }
}
