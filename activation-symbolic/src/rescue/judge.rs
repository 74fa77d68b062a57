//! One point after the other: the kernel in floats beside the truth.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended;

use super::WRONG;
use super::sample::{self, Float, Random};
use crate::evaluate::{Value, step};
use crate::function::Function;
use crate::fuse::Fused;
use crate::graph::{Graph, Id, Op};
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
    /// The nodes in floats, by index; for masks 1 where they are set, else NaN.
    pub(super) values: Vec<f64>,
    /// The roots, and their error in units of what is tolerated.
    errors: Vec<(Id, f64)>,
}

impl<S: Float> Case<S> {
    /// The worst error of some of the roots, in units of what is tolerated.
    pub(super) fn error(&self, roots: &[Id]) -> f64 {
        let errors = self.errors.iter().filter(|(root, _)| roots.contains(root));
        errors.fold(0.0, |worst, &(_, error)| worst.max(error))
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
        let inputs = function.signature.inputs.iter().zip(&self.x);
        let texts: Vec<String> = inputs
            .map(|(input, &x)| format!("{} = {}", input.ident, crate::format::number(x.into())))
            .collect();
        texts.join(", ")
    }

    /// How many times the gap between this point and another deserves to be halved: down to neighbours where a
    /// branch is taken, less often where a node overflows, underflows or becomes wrong.
    fn depth(&self, other: &Self, masks: &[bool]) -> usize {
        let kind = |v: f64| (v.is_nan(), v.is_infinite(), v.abs() < S::TINY);
        let differ = |i: usize| kind(self.values[i]) != kind(other.values[i]);
        if (0..masks.len()).any(|i| masks[i] && differ(i)) {
            24
        } else if self.is_wrong() != other.is_wrong() || (0..masks.len()).any(differ) {
            6
        } else {
            0
        }
    }

    fn is_wrong(&self) -> bool {
        self.errors.iter().any(|&(_, error)| error > WRONG)
    }
}

/// Evaluates points.
pub(super) struct Judge<S: Float> {
    order: Vec<Id>,
    roots: Vec<Id>,
    fused: Fused,
    /// The nodes that decide which piece of the function a point is on.
    seams: Vec<Id>,
    truth: Truth<S>,
    values: Vec<Value<S>>,
}

impl<S: Float> Judge<S> {
    pub(super) fn new(function: &Function, roots: &[Id]) -> Self {
        let order = function.graph.topological(roots);
        Self {
            roots: roots.to_vec(),
            fused: function.fused.clone(),
            seams: order.iter().copied().filter(|&id| has_seam(function.graph.op(id))).collect(),
            order,
            truth: Truth::new(function.signature.inputs.len()),
            values: Vec::new(),
        }
    }

    /// All points that are looked at.
    pub(super) fn cases(&mut self, function: &Function) -> Vec<Case<S>> {
        let parameters = sample::parameters::<S>(function);
        let count = (NODES / self.order.len().max(1) / parameters.len()).clamp(12, 180);
        let inputs = function.signature.inputs.len();
        let line = sample::line::<S>(function, &self.order, count);
        let mut cases = Vec::new();
        for parameters in &parameters {
            if inputs == 1 {
                let mut found: Vec<Case<S>> =
                    line.iter().map(|&x| self.case(&function.graph, vec![x], parameters)).collect();
                self.refine(&function.graph, parameters, &mut found);
                cases.append(&mut found);
            } else {
                let mut random = Random::new();
                for _ in 0..line.len() {
                    let x = (0..inputs).map(|_| line[(random.next() * line.len() as f64) as usize]).collect();
                    cases.push(self.case(&function.graph, x, parameters));
                }
            }
        }
        cases
    }

    /// Halves the gaps in which something happens, and looks closer at where floats did worst.
    fn refine(&mut self, graph: &Graph, parameters: &[S], cases: &mut Vec<Case<S>>) {
        let masks: Vec<bool> = graph.nodes().iter().map(|node| matches!(node.op, Op::Compare(_))).collect();
        let mut left = cases.len() * REFINEMENTS;
        for round in 0..24 {
            let mut errors: Vec<f64> = cases.iter().map(|case| case.error(&self.roots)).collect();
            errors.sort_by(|a, b| b.total_cmp(a));
            let poor = errors[errors.len() / 16].clamp(0.3, 0.9);
            let mut new = Vec::new();
            for pair in cases.windows(2) {
                let x = sample::between(pair[0].x[0], pair[1].x[0]);
                let poor = round < 2 && pair.iter().any(|case| case.error(&self.roots) >= poor);
                let looked_at = poor || pair[0].depth(&pair[1], &masks) > round;
                if left > 0 && looked_at && x > pair[0].x[0] && x < pair[1].x[0] {
                    left -= 1;
                    new.push(self.case(graph, vec![x], parameters));
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
    fn case(&mut self, graph: &Graph, x: Vec<S>, parameters: &[S]) -> Case<S> {
        self.truth.evaluate(graph, &self.order, &x, parameters);
        self.floats(graph, &x, parameters, true);
        let mut errors: Vec<(Id, f64)> =
            self.roots.iter().map(|&root| (root, self.error(root, &x, &x))).collect();
        self.floats(graph, &x, parameters, false);
        self.take_worst(&mut errors, &x, &x);
        let value = |v: &Value<S>| match v {
            Value::Number(number) => (*number).into(),
            Value::Truth(true) => 1.0,
            _ => f64::NAN,
        };
        let values = self.values.iter().map(value).collect();
        let side = self.side(graph);
        let is_straight = |x: &S| (S::TINY..=STRAIGHT).contains(&(*x).into().abs());
        if errors.iter().any(|&(_, error)| error > DOUBTFUL) && x.iter().all(is_straight) {
            for (i, steps) in NEIGHBOURS.into_iter().enumerate() {
                let near: Vec<S> =
                    x.iter().map(|&x| S::from_f64(x.into() * (1.0 + 2.0 * steps * S::EPSILON))).collect();
                self.floats(graph, &near, parameters, i % 2 == 0);
                if self.side(graph) == side {
                    self.take_worst(&mut errors, &x, &near);
                }
            }
        }
        Case { x, values, errors }
    }

    /// Evaluates all nodes in floats.
    fn floats(&mut self, graph: &Graph, x: &[S], parameters: &[S], fused: bool) {
        let leaf = |op| match op {
            Op::Input(n) => Some(x[n as usize]),
            Op::Parameter(n) => Some(parameters[n as usize]),
            Op::Constant(bits) => Some(x[0].constant(f64::from_bits(bits))),
            _ => None,
        };
        self.values.resize(graph.nodes().len(), Value::Opaque);
        for &id in &self.order {
            let sum = self.fused.get(graph, id).filter(|_| fused);
            let number = |id: Id| self.values[id.index()].number();
            self.values[id.index()] = match sum.and_then(|sum| sum.evaluate(number)) {
                Some(sum) => Value::Number(sum),
                None => step(graph, id, leaf, &self.values),
            };
        }
    }

    fn take_worst(&self, errors: &mut [(Id, f64)], x: &[S], near: &[S]) {
        for (root, worst) in errors {
            *worst = worst.max(self.error(*root, x, near));
        }
    }

    /// Which piece of the function the floats are on.
    fn side(&self, graph: &Graph) -> Vec<u64> {
        let number = |id: Id| self.values[id.index()].number().map_or(f64::NAN, Into::into);
        let seams = self.seams.iter().map(|&id| match graph.view(id) {
            (Op::Apply(Primitive::Abs), &[a]) => u64::from(number(a) < 0.0),
            (Op::Apply(Primitive::Copysign), &[_, b]) => u64::from(number(b) < 0.0),
            (Op::Apply(Primitive::Max | Primitive::Min), &[a, b]) => u64::from(number(a) < number(b)),
            (Op::Apply(_), _) => number(id).to_bits(),
            _ => u64::from(self.values[id.index()].truth().is_some_and(|truth| truth)),
        });
        seams.collect()
    }

    /// How far a root in floats, at a point `near` x or x itself, is from the truth at x and the slopes there, in units
    /// of what is tolerated; 0 where there is no truth.
    fn error(&self, root: Id, x: &[S], near: &[S]) -> f64 {
        let Some(value) = self.values[root.index()].number() else { return 0.0 };
        let mut ball = self.truth.ball(root);
        for (i, (&x, &near)) in x.iter().zip(near).enumerate() {
            let step = near.into() - x.into();
            if step != 0.0 {
                ball.value = ball.value + self.truth.slope(root, i) * Extended::from_f64(step);
            }
        }
        let rounded: f64 = ball.value.to_element().into();
        if !ball.value.is_finite() || value.into() == rounded {
            // A pole or a hole of the function itself is not ours.
            return 0.0;
        }
        if !value.into().is_finite() {
            return f64::INFINITY;
        }
        let number = |c: f64| Extended::<S>::from_f64(c);
        let unit = ball.value.abs() + self.truth.sensitivity(root, x);
        let unit = if unit.is_finite() { unit } else { ball.value.abs() };
        let tolerance = number(4.0 * S::EPSILON) * unit + number(S::TINY);
        ((number(value.into()) - ball.value).abs() / tolerance).to_f64()
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
