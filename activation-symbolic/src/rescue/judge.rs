//! One point after the other: the kernel in floats beside the truth.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended;

use std::ops::Range;

use super::WRONG;
use super::batch::{Number, Sums, Tape};
use super::estimate::Estimate;
use super::sample::{self, Float, Random};
use super::unmended::is_unknown;
use crate::check::ascii;
use crate::document::plain;
use crate::function::Function;
use crate::graph::{Id, Op};
use crate::primitive::Primitive;
use crate::truth::Truth;

/// How many nodes may be evaluated in all: what expansion time allows.
const NODES: usize = 9000;
/// How many more points may be spent on looking closer, in terms of the others.
const REFINEMENTS: usize = 1;

/// How many floats away the neighbours are that are tried where a result is doubtful: rounding errors are random.
const NEIGHBOURS: [f64; 4] = [-13.0, -5.0, 2.0, 7.0];
/// The error, in units of what is tolerated, from which on a result is doubtful.
const DOUBTFUL: f64 = 0.25;
/// The error of an estimate, in units of what is tolerated, up to which it is as good as the truth.
const CERTAIN: f64 = 0.01;
/// Up to this |x| the function is a line between neighbours, for all that a float can tell.
const STRAIGHT: f64 = 256.0;

/// A point, and what came out there.
#[derive(Debug)]
pub(super) struct Case<S> {
    /// The inputs.
    pub(super) x: Vec<S>,
    /// The parameters.
    pub(super) parameters: Vec<S>,
    /// The nodes in floats, in the order of evaluation; for masks 1 where they are set, else NaN.
    values: Vec<f64>,
    /// Of each of them, whether it is a normal float.
    kinds: Vec<u8>,
    /// The same for the masks.
    branches: Vec<u8>,
    /// The error of each root, in units of what is tolerated.
    errors: Vec<f64>,
    /// The worst of them.
    worst: f64,
    /// Of each root, whether 106 bits leave open what it should be.
    doubts: Vec<bool>,
}

impl<S: Float> Case<S> {
    /// The worst error of some of the roots, in units of what is tolerated.
    pub(super) fn error(&self, part: Range<usize>) -> f64 {
        worst(&self.errors[part])
    }

    /// Whether 106 bits leave open what one of some of the roots should be.
    pub(super) fn is_doubtful(&self, part: Range<usize>) -> bool {
        self.doubts[part].contains(&true)
    }

    /// Whether this is where activations live.
    pub(super) fn is_near(&self) -> bool {
        self.x.iter().all(|&x| x.into().abs() <= 100.0)
    }

    /// How much it hurts to compute this point again for nothing.
    pub(super) fn weight(&self) -> f64 {
        if self.x.iter().all(|&x| x.into() == 0.0) {
            20.0
        } else if self.x.iter().all(|&x| (0.01..=100.0).contains(&x.into().abs())) {
            1.0
        } else {
            0.2
        }
    }

    /// The point as text.
    pub(super) fn place(&self, function: &Function) -> String {
        let signature = &function.signature;
        let text = |ident, value: &S| format!("{} = {}", plain(ident), ascii((*value).into()));
        let inputs = signature.inputs.iter().zip(&self.x).map(|(input, x)| text(&input.ident, x));
        let parameters = signature.parameters.iter().zip(&self.parameters);
        let unset = parameters.filter(|(parameter, _)| parameter.default.is_none());
        let unset: Vec<String> = unset.map(|(parameter, value)| text(&parameter.ident, value)).collect();
        let point = inputs.collect::<Vec<String>>().join(", ");
        if unset.is_empty() { point } else { format!("{point} with {}", unset.join(", ")) }
    }

    /// How many times the gap between this point and another deserves to be halved: down to neighbours where a
    /// branch is taken, less often where a node overflows, underflows or becomes wrong.
    fn depth(&self, other: &Self) -> usize {
        if self.branches != other.branches {
            24
        } else if self.kinds != other.kinds || (self.worst > WRONG) != (other.worst > WRONG) {
            6
        } else {
            0
        }
    }
}

fn worst(errors: &[f64]) -> f64 {
    errors.iter().fold(0.0, |worst, &error| worst.max(error))
}

/// All points that were looked at, in ascending order where there is one input.
#[derive(Debug)]
pub(super) struct Judgement<S> {
    pub(super) cases: Vec<Case<S>>,
    tape: Tape,
}

impl<S> Judgement<S> {
    /// What a node was at each point.
    pub(super) fn column(&self, id: Id) -> Vec<f64> {
        let place = self.tape.place(id);
        self.cases.iter().map(|case| case.values[place]).collect()
    }
}

/// Evaluates points.
pub(super) struct Judge<'a, S: Float> {
    function: &'a Function,
    roots: &'a [Id],
    order: Vec<Id>,
    tape: Tape,
    truth: Truth<S>,
}

/// What a root should be at a point and near it.
struct Target {
    /// The value, in two parts.
    value: [f64; 2],
    /// The slope along each input.
    slopes: Vec<f64>,
    tolerance: f64,
}

impl<'a, S: Float> Judge<'a, S> {
    pub(super) fn new(function: &'a Function, roots: &'a [Id]) -> Self {
        let order = function.graph.topological(roots);
        let tape = Tape::new(function, &order);
        Self { function, roots, order, tape, truth: Truth::new(function.signature.inputs.len()) }
    }

    /// Looks at points, until one is so bad that it `ends` the search.
    pub(super) fn judge(mut self, ends: impl Fn(&Case<S>) -> bool) -> Judgement<S> {
        let function = self.function;
        let parameters = sample::parameters::<S>(function);
        let count = (NODES / self.order.len().max(1) / parameters.len()).clamp(12, 180);
        let inputs = function.signature.inputs.len();
        let line = sample::line::<S>(function, &self.order, count);
        let mut all = Vec::new();
        for parameters in &parameters {
            let mut random = Random::new();
            let mut cases = if inputs == 1 {
                self.cases(std::slice::from_ref(&line), parameters)
            } else {
                let mut columns = vec![Vec::new(); inputs];
                for _ in 0..line.len() {
                    let draw =
                        |column: &mut Vec<S>| column.push(line[(random.next() * line.len() as f64) as usize]);
                    columns.iter_mut().for_each(draw);
                }
                self.cases(&columns, parameters)
            };
            let ended = cases.iter().any(&ends);
            if inputs == 1 && !ended && !cases.is_empty() {
                self.refine(parameters, &mut cases);
            }
            all.append(&mut cases);
            if ended {
                break;
            }
        }
        Judgement { cases: all, tape: self.tape }
    }

    /// Halves the gaps in which something happens, and looks closer at where floats did worst.
    fn refine(&mut self, parameters: &[S], cases: &mut Vec<Case<S>>) {
        let mut left = cases.len() * REFINEMENTS;
        for round in 0..24 {
            let poor = (round < 2).then(|| poor(cases));
            let mut new = Vec::new();
            for pair in cases.windows(2) {
                let is_poor = |poor: f64| pair[0].worst.max(pair[1].worst) >= poor;
                if left > 0 && (poor.is_some_and(is_poor) || pair[0].depth(&pair[1]) > round) {
                    let x = sample::between(pair[0].x[0], pair[1].x[0]);
                    if x > pair[0].x[0] && x < pair[1].x[0] {
                        left -= 1;
                        new.push(x);
                    }
                }
            }
            if new.is_empty() {
                return;
            }
            cases.append(&mut self.cases(&[new], parameters));
            cases.sort_by(|a, b| a.x[0].into().total_cmp(&b.x[0].into()));
        }
    }

    /// Points, given as one column for each input: on machines with a fused multiply–add and without, and beside
    /// their neighbours.
    fn cases(&mut self, x: &[Vec<S>], parameters: &[S]) -> Vec<Case<S>> {
        let points = x[0].len();
        if points == 0 {
            return Vec::new();
        }
        let (targets, doubts) = self.targets(x, parameters);
        let mut columns = self.floats(x, parameters, Sums::Fused);
        let mut errors = vec![vec![0.0; self.roots.len()]; points];
        let take_worst = |errors: &mut [f64], point: usize, steps: &[f64], columns: &[Vec<S>], row: usize| {
            for (i, &root) in self.roots.iter().enumerate() {
                if let Some(target) = &targets[point][i] {
                    let found = columns[self.tape.place(root)][row].into();
                    errors[i] = errors[i].max(target.error::<S>(found, steps));
                }
            }
        };
        (0..points).for_each(|p| take_worst(&mut errors[p], p, &[], &columns, p));
        if self.tape.has_fused_sums() {
            self.tape.evaluate_again(|op| leaf(op, x, parameters), &mut columns);
            (0..points).for_each(|p| take_worst(&mut errors[p], p, &[], &columns, p));
        }
        // Rounding errors are random: where a result is doubtful, there are worse ones beside it.
        let is_straight = |x: &Vec<S>, p: usize| (S::TINY..=STRAIGHT).contains(&x[p].into().abs());
        let doubtful: Vec<usize> = (0..points)
            .filter(|&p| worst(&errors[p]) > DOUBTFUL && x.iter().all(|x| is_straight(x, p)))
            .collect();
        for (i, steps) in NEIGHBOURS.into_iter().enumerate().filter(|_| !doubtful.is_empty()) {
            let beside = |x: &Vec<S>| -> Vec<S> {
                doubtful
                    .iter()
                    .map(|&p| S::from_f64(x[p].into() * (1.0 + 2.0 * steps * S::EPSILON)))
                    .collect()
            };
            let near: Vec<Vec<S>> = x.iter().map(beside).collect();
            let beside = self.floats(&near, parameters, if i % 2 == 0 { Sums::Fused } else { Sums::Plain });
            for (row, &p) in doubtful.iter().enumerate() {
                if self.is_same_side(&columns, p, &beside, row) {
                    let steps: Vec<f64> =
                        near.iter().zip(x).map(|(near, x)| near[row].into() - x[p].into()).collect();
                    take_worst(&mut errors[p], p, &steps, &beside, row);
                }
            }
        }
        let found = errors.into_iter().zip(doubts).enumerate();
        let case = |(p, (errors, doubts)): (usize, (Vec<f64>, Vec<bool>))| {
            let (values, kinds, branches) = self.row(&columns, p);
            let (x, parameters) = (x.iter().map(|x| x[p]).collect(), parameters.to_vec());
            Case { x, parameters, values, kinds, branches, worst: worst(&errors), errors, doubts }
        };
        found.map(case).collect()
    }

    /// The values of a case, their kinds, and the branches that are taken.
    fn row(&self, columns: &[Vec<S>], point: usize) -> (Vec<f64>, Vec<u8>, Vec<u8>) {
        let (mut values, mut kinds, mut branches) = (Vec::new(), Vec::new(), Vec::new());
        for (step, column) in self.tape.steps.iter().zip(columns) {
            let mut value: f64 = column[point].into();
            if self.function.graph.is_mask(step.id) {
                branches.push(u8::from(value != 0.0));
                value = if value == 0.0 { f64::NAN } else { 1.0 };
            }
            values.push(value);
            kinds.push(kind::<S>(value));
        }
        (values, kinds, branches)
    }

    /// All nodes in floats.
    fn floats(&self, x: &[Vec<S>], parameters: &[S], sums: Sums) -> Vec<Vec<S>> {
        self.tape.evaluate(|op| leaf(op, x, parameters), sums)
    }

    /// Whether the floats at two points are on the same piece of the function.
    fn is_same_side(&self, here: &[Vec<S>], at: usize, there: &[Vec<S>], row: usize) -> bool {
        let mut seams = self.tape.steps.iter().enumerate().filter(|(_, step)| has_seam(step.op));
        seams.all(|(place, step)| {
            let side = |columns: &[Vec<S>], point: usize| {
                let number = |place: usize| -> f64 { columns[place][point].into() };
                match (step.op, step.arguments.as_slice()) {
                    (Op::Apply(Primitive::Abs), &[a]) => u64::from(number(a) < 0.0),
                    (Op::Apply(Primitive::Copysign), &[_, b]) => u64::from(number(b) < 0.0),
                    (Op::Apply(Primitive::Max | Primitive::Min), &[a, b]) => u64::from(number(a) < number(b)),
                    _ => number(place).to_bits(),
                }
            };
            side(here, at) == side(there, row)
        })
    }

    /// What the roots should be at the points, by estimates where these suffice; and whether that is open even then.
    fn targets(&mut self, x: &[Vec<S>], parameters: &[S]) -> (Vec<Vec<Option<Target>>>, Vec<Vec<bool>>) {
        let estimates: Vec<Vec<Vec<Estimate>>> = if S::IS_SINGLE {
            (0..x.len()).map(|input| self.estimates(x, parameters, input)).collect()
        } else {
            Vec::new()
        };
        let (mut targets, mut doubts) = (Vec::new(), Vec::new());
        for p in 0..x[0].len() {
            let point: Vec<S> = x.iter().map(|x| x[p]).collect();
            let mut evaluated = false;
            let (mut found, mut doubt) = (Vec::new(), Vec::new());
            for (i, &root) in self.roots.iter().enumerate() {
                let of_inputs: Vec<Estimate> = estimates.iter().map(|roots| roots[i][p]).collect();
                let estimated = Target::estimated(&of_inputs, &point);
                if estimated.is_none() && !evaluated {
                    self.truth.evaluate(&self.function.graph, &self.order, &point, parameters);
                    evaluated = true;
                }
                doubt.push(estimated.is_none() && is_unknown(&self.truth.ball(root)));
                found.push(estimated.or_else(|| Target::exact(&self.truth, root, &point)));
            }
            targets.push(found);
            doubts.push(doubt);
        }
        (targets, doubts)
    }

    /// Estimates of the roots, with their slopes along one input.
    fn estimates(&self, x: &[Vec<S>], parameters: &[S], input: usize) -> Vec<Vec<Estimate>> {
        let points = x[0].len();
        let leaf = |op| match op {
            Op::Input(n) => {
                let new = if n as usize == input { Estimate::variable } else { Estimate::new };
                x[n as usize].iter().map(|&x| new(x.into())).collect()
            }
            Op::Parameter(n) => vec![Estimate::new(parameters[n as usize].into()); points],
            Op::Constant(bits) => vec![Estimate::new(S::nearest(f64::from_bits(bits))); points],
            _ => vec![Estimate::new(f64::NAN); points],
        };
        let columns = self.tape.evaluate(leaf, Sums::Plain);
        self.roots.iter().map(|&root| columns[self.tape.place(root)].clone()).collect()
    }
}

/// The leaves in floats.
fn leaf<S: Float>(op: Op, x: &[Vec<S>], parameters: &[S]) -> Vec<S> {
    match op {
        Op::Input(n) => x[n as usize].clone(),
        Op::Parameter(n) => vec![parameters[n as usize]; x[0].len()],
        Op::Constant(bits) => vec![x[0][0].constant(f64::from_bits(bits)); x[0].len()],
        _ => vec![x[0][0].constant(f64::NAN); x[0].len()],
    }
}

impl Target {
    /// Of estimates with slopes along all inputs, if they are good enough.
    fn estimated<S: Float>(estimates: &[Estimate], x: &[S]) -> Option<Self> {
        let &Estimate { value, error, .. } = estimates.first()?;
        let slopes: Vec<f64> = estimates.iter().map(|estimate| estimate.slope).collect();
        let unit =
            slopes.iter().zip(x).fold(value.abs(), |unit, (slope, &x)| unit + (slope * x.into()).abs());
        let tolerance = 4.0 * S::EPSILON * unit + S::TINY;
        (error <= CERTAIN * tolerance && tolerance < f64::INFINITY).then_some(Self {
            value: [value, 0.0],
            slopes,
            tolerance,
        })
    }

    /// The truth; nothing where that isn't finite: a pole or a hole of the function itself is not ours.
    fn exact<S: Float>(truth: &Truth<S>, root: Id, x: &[S]) -> Option<Self> {
        let value = truth.ball(root).value;
        if !value.is_finite() {
            return None;
        }
        let unit = value.abs() + truth.sensitivity(root, x);
        let unit = if unit.is_finite() { unit } else { value.abs() };
        let high = value.to_f64();
        let low = if high.is_finite() { (value - Extended::from_f64(high)).to_f64() } else { 0.0 };
        Some(Self {
            value: [high, low],
            slopes: (0..x.len()).map(|input| truth.slope(root, input).to_f64()).collect(),
            tolerance: (Extended::from_f64(4.0 * S::EPSILON) * unit).to_f64() + S::TINY,
        })
    }

    /// How far a float is from it, in units of what is tolerated; `steps` lead from the point to the float's inputs.
    fn error<S: Float>(&self, found: f64, steps: &[f64]) -> f64 {
        let [high, mut low] = self.value;
        for (slope, step) in self.slopes.iter().zip(steps) {
            low += if *step == 0.0 { 0.0 } else { slope * step };
        }
        if !(high + low).is_finite() && !steps.is_empty() || found == S::nearest(high + low) {
            0.0
        } else if found.is_finite() {
            ((found - high) - low).abs() / self.tolerance
        } else {
            f64::INFINITY
        }
    }
}

/// The error from which on points are looked at more closely: that of the worst of them.
fn poor<S: Float>(cases: &[Case<S>]) -> f64 {
    let mut errors: Vec<f64> = cases.iter().map(|case| case.worst).collect();
    errors.sort_by(|a, b| b.total_cmp(a));
    errors[errors.len() / 16].clamp(0.3, 0.9)
}

/// Whether a float is normal, too small, too large or none.
fn kind<S: Float>(value: f64) -> u8 {
    if value.is_nan() {
        3
    } else if value.abs() == f64::INFINITY {
        2
    } else {
        u8::from(value.abs() < S::TINY)
    }
}

/// Whether a node has a side: the function may have a kink or a jump there.
fn has_seam(op: Op) -> bool {
    use Primitive::{Abs, Copysign, Max, Min};
    match op {
        Op::Compare(_) | Op::Apply(Abs | Max | Min | Copysign) => true,
        Op::Apply(primitive) => primitive.is_step(),
        _ => false,
    }
}
