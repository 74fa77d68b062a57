//! One point after the other: the kernel in floats beside the truth.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended;

use std::ops::Range;

use super::WRONG;
use super::sample::{self, Float, Random};
use super::unmended::is_unknown;
use crate::check::ascii;
use crate::document::plain;
use crate::evaluate::{Value, step};
use crate::function::Function;
use crate::fuse::MulAdd;
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
    /// Whether 106 bits leave open what it should be.
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
        } else if self.kinds != other.kinds || (worst(&self.errors) > WRONG) != (worst(&other.errors) > WRONG)
        {
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
    /// Where the value of each node is found, by its index.
    places: Vec<usize>,
}

impl<S> Judgement<S> {
    /// What a node was at each point.
    pub(super) fn column(&self, id: Id) -> Vec<f64> {
        let place = self.places[id.index()];
        self.cases.iter().map(|case| case.values[place]).collect()
    }
}

/// A node as it is evaluated.
struct Step {
    id: Id,
    /// The sum that it is, if a product is fused into it.
    sum: Option<MulAdd>,
    /// Whether fused sums make a difference.
    differs: bool,
    /// Whether it decides which piece of the function a point is on.
    seam: bool,
}

/// Evaluates points.
pub(super) struct Judge<'a, S: Float> {
    function: &'a Function,
    roots: &'a [Id],
    order: Vec<Id>,
    steps: Vec<Step>,
    truth: Truth<S>,
    values: Vec<Value<S>>,
}

/// What a root should be at a point.
struct Target<S> {
    value: Extended<S>,
    tolerance: f64,
}

impl<'a, S: Float> Judge<'a, S> {
    pub(super) fn new(function: &'a Function, roots: &'a [Id]) -> Self {
        let graph = &function.graph;
        let order = graph.topological(roots);
        let mut differs = vec![false; graph.nodes().len()];
        let mut steps = Vec::new();
        for &id in &order {
            let sum = function.fused.get(graph, id);
            differs[id.index()] = sum.is_some() || graph.arguments(id).iter().any(|a| differs[a.index()]);
            steps.push(Step { id, sum, differs: differs[id.index()], seam: has_seam(graph.op(id)) });
        }
        let truth = Truth::new(function.signature.inputs.len());
        let values = vec![Value::Opaque; graph.nodes().len()];
        Self { function, roots, order, steps, truth, values }
    }

    /// Looks at points, until one is so bad that it `ends` the search.
    pub(super) fn judge(&mut self, ends: impl Fn(&Case<S>) -> bool) -> Judgement<S> {
        let mut judgement = Judgement { cases: Vec::new(), places: vec![0; self.values.len()] };
        for (place, id) in self.order.iter().enumerate() {
            judgement.places[id.index()] = place;
        }
        let function = self.function;
        let parameters = sample::parameters::<S>(function);
        let count = (NODES / self.order.len().max(1) / parameters.len()).clamp(12, 180);
        let inputs = function.signature.inputs.len();
        let line = sample::line::<S>(function, &self.order, count);
        for parameters in &parameters {
            let mut random = Random::new();
            let first = judgement.cases.len();
            for &x in &line {
                let x = if inputs == 1 {
                    vec![x]
                } else {
                    (0..inputs).map(|_| line[(random.next() * line.len() as f64) as usize]).collect()
                };
                judgement.cases.push(self.case(x, parameters));
                if judgement.cases.last().is_some_and(&ends) {
                    return judgement;
                }
            }
            if inputs == 1 {
                let mut cases = judgement.cases.split_off(first);
                self.refine(parameters, &mut cases);
                judgement.cases.append(&mut cases);
            }
        }
        judgement
    }

    /// Halves the gaps in which something happens, and looks closer at where floats did worst.
    fn refine(&mut self, parameters: &[S], cases: &mut Vec<Case<S>>) {
        let mut left = cases.len() * REFINEMENTS;
        for round in 0..24 {
            let poor = (round < 2).then(|| poor(cases));
            let mut new = Vec::new();
            for pair in cases.windows(2) {
                let x = sample::between(pair[0].x[0], pair[1].x[0]);
                let is_poor = |poor: f64| pair.iter().any(|case| worst(&case.errors) >= poor);
                let looked_at = poor.is_some_and(is_poor) || pair[0].depth(&pair[1]) > round;
                if left > 0 && looked_at && x > pair[0].x[0] && x < pair[1].x[0] {
                    left -= 1;
                    new.push(self.case(vec![x], parameters));
                }
            }
            if new.is_empty() {
                return;
            }
            cases.append(&mut new);
            cases.sort_by(|a, b| a.x[0].into().total_cmp(&b.x[0].into()));
        }
    }

    /// One point: on machines with a fused multiply–add and without, and beside its neighbours.
    fn case(&mut self, x: Vec<S>, parameters: &[S]) -> Case<S> {
        self.truth.evaluate(&self.function.graph, &self.order, &x, parameters);
        let targets: Vec<Option<Target<S>>> = self.roots.iter().map(|&root| self.target(root, &x)).collect();
        let doubts = self.roots.iter().map(|&root| is_unknown(&self.truth.ball(root))).collect();
        let mut errors = vec![0.0; targets.len()];
        self.floats(&x, parameters, true, false);
        self.take_worst(&mut errors, &targets, &x, &x);
        if self.steps.iter().any(|step| step.sum.is_some()) {
            self.floats(&x, parameters, false, true);
            self.take_worst(&mut errors, &targets, &x, &x);
        }
        let (mut values, mut kinds, mut branches) = (Vec::new(), Vec::new(), Vec::new());
        for step in &self.steps {
            let value = match self.values[step.id.index()] {
                Value::Number(number) => number.into(),
                Value::Truth(truth) => {
                    branches.push(u8::from(truth));
                    if truth { 1.0 } else { f64::NAN }
                }
                Value::Opaque => f64::NAN,
            };
            values.push(value);
            kinds.push(kind::<S>(value));
        }
        let is_straight = |x: &S| (S::TINY..=STRAIGHT).contains(&(*x).into().abs());
        if worst(&errors) > DOUBTFUL && x.iter().all(is_straight) {
            let side = self.side();
            for (i, steps) in NEIGHBOURS.into_iter().enumerate() {
                let near: Vec<S> =
                    x.iter().map(|&x| S::from_f64(x.into() * (1.0 + 2.0 * steps * S::EPSILON))).collect();
                self.floats(&near, parameters, i % 2 == 0, false);
                if self.side() == side {
                    self.take_worst(&mut errors, &targets, &x, &near);
                }
            }
        }
        Case { x, parameters: parameters.to_vec(), values, kinds, branches, errors, doubts }
    }

    /// Evaluates all nodes in floats, or `only` those that fused sums make a difference to.
    fn floats(&mut self, x: &[S], parameters: &[S], fused: bool, only: bool) {
        let leaf = |op| match op {
            Op::Input(n) => Some(x[n as usize]),
            Op::Parameter(n) => Some(parameters[n as usize]),
            Op::Constant(bits) => Some(x[0].constant(f64::from_bits(bits))),
            _ => None,
        };
        for &Step { id, sum, differs, .. } in &self.steps {
            if only && !differs {
                continue;
            }
            let number = |id: Id| self.values[id.index()].number();
            let sum = if fused { sum } else { None };
            self.values[id.index()] = match sum.and_then(|sum| sum.evaluate(number)) {
                Some(sum) => Value::Number(sum),
                None => step(&self.function.graph, id, leaf, &self.values),
            };
        }
    }

    /// Which piece of the function the floats are on.
    fn side(&self) -> Vec<u64> {
        let number = |id: Id| self.values[id.index()].number().map_or(f64::NAN, Into::into);
        let seams = self.steps.iter().filter(|step| step.seam).map(|step| step.id);
        let sides = seams.map(|id| match self.function.graph.view(id) {
            (Op::Apply(Primitive::Abs), &[a]) => u64::from(number(a) < 0.0),
            (Op::Apply(Primitive::Copysign), &[_, b]) => u64::from(number(b) < 0.0),
            (Op::Apply(Primitive::Max | Primitive::Min), &[a, b]) => u64::from(number(a) < number(b)),
            (Op::Apply(_), _) => number(id).to_bits(),
            _ => u64::from(self.values[id.index()].truth().is_some_and(|truth| truth)),
        });
        sides.collect()
    }

    /// What a root should be at `x`; nothing where that isn't finite: a pole or a hole of the function itself is not
    /// ours.
    fn target(&self, root: Id, x: &[S]) -> Option<Target<S>> {
        let value = self.truth.ball(root).value;
        if !value.is_finite() {
            return None;
        }
        let unit = value.abs() + self.truth.sensitivity(root, x);
        let unit = if unit.is_finite() { unit } else { value.abs() };
        let tolerance = (Extended::from_f64(4.0 * S::EPSILON) * unit).to_f64() + S::TINY;
        Some(Target { value, tolerance })
    }

    /// How far the roots in floats, at a point `near` x or x itself, are from what they should be at x and the slopes
    /// there, in units of what is tolerated, if that is worse than what is known.
    fn take_worst(&self, errors: &mut [f64], targets: &[Option<Target<S>>], x: &[S], near: &[S]) {
        for (i, target) in targets.iter().enumerate() {
            let root = self.roots[i];
            let (Some(target), Some(value)) = (target, self.values[root.index()].number()) else { continue };
            let mut exact = target.value;
            for (input, (&x, &near)) in x.iter().zip(near).enumerate() {
                let step = near.into() - x.into();
                if step != 0.0 {
                    exact = exact + self.truth.slope(root, input) * Extended::from_f64(step);
                }
            }
            let rounded: f64 = exact.to_element().into();
            let error = if !exact.is_finite() || value.into() == rounded {
                0.0
            } else if value.into().is_finite() {
                (Extended::from_f64(value.into()) - exact).abs().to_f64() / target.tolerance
            } else {
                f64::INFINITY
            };
            errors[i] = errors[i].max(error);
        }
    }
}

/// The error from which on points are looked at more closely: that of the worst of them.
fn poor<S: Float>(cases: &[Case<S>]) -> f64 {
    let mut errors: Vec<f64> = cases.iter().map(|case| worst(&case.errors)).collect();
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
