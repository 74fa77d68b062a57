//! One point after the other: the kernel in floats beside the truth.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended;

use super::WRONG;
use super::sample::{self, Float, Random};
use crate::evaluate::{Value, evaluate};
use crate::function::Function;
use crate::graph::{Graph, Id, Op};
use crate::truth::Truth;

/// How many nodes may be evaluated in all: what expansion time allows.
const NODES: usize = 9000;
/// How many more points may be spent on looking closer, in terms of the others.
const REFINEMENTS: usize = 1;

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
    truth: Truth<S>,
    values: Vec<Value<S>>,
}

impl<S: Float> Judge<S> {
    pub(super) fn new(function: &Function, roots: &[Id]) -> Self {
        Self {
            order: function.graph.topological(roots),
            roots: roots.to_vec(),
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

    fn case(&mut self, graph: &Graph, x: Vec<S>, parameters: &[S]) -> Case<S> {
        let leaf = |op| match op {
            Op::Input(n) => Some(x[n as usize]),
            Op::Parameter(n) => Some(parameters[n as usize]),
            Op::Constant(bits) => Some(x[0].constant(f64::from_bits(bits))),
            _ => None,
        };
        evaluate(graph, &self.order, leaf, &mut self.values);
        self.truth.evaluate(graph, &self.order, &x, parameters);
        let errors = self.roots.iter().map(|&root| (root, self.error(root, &x))).collect();
        let value = |v: &Value<S>| match v {
            Value::Number(number) => (*number).into(),
            Value::Truth(true) => 1.0,
            _ => f64::NAN,
        };
        let values = self.values.iter().map(value).collect();
        Case { x, values, errors }
    }

    /// How far a root in floats is from the truth, in units of what is tolerated; 0 where there is no truth.
    fn error(&self, root: Id, x: &[S]) -> f64 {
        let Some(value) = self.values[root.index()].number() else { return 0.0 };
        let ball = self.truth.ball(root);
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
