//! One point after the other: the kernel in floats beside the truth.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended;

use super::sample::{self, Float, Weyl};
use crate::evaluate::{Value, evaluate};
use crate::function::Function;
use crate::graph::{Graph, Id, Op};
use crate::truth::Truth;

/// What we aim at, of the four units that a result may err by: the rest is for points that were not looked at.
const AIM: f64 = 2.5;
/// How many nodes may be evaluated in all: what expansion time allows.
const NODES: usize = 9000;
/// How many more points may be spent on borders between good and bad.
const REFINEMENTS: usize = 48;

/// A point, and what came out there.
#[derive(Debug)]
pub(super) struct Case<S> {
    /// The inputs.
    pub(super) x: Vec<S>,
    /// The nodes in floats, by index; NaN for masks.
    pub(super) values: Vec<f64>,
    /// The roots that are wrong in floats though extended numbers get them right.
    wrong: Vec<Id>,
}

impl<S: Float> Case<S> {
    /// Whether `root` is wrong here.
    pub(super) fn is_wrong(&self, root: Id) -> bool {
        self.wrong.contains(&root)
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
                let mut weyl = Weyl::new();
                for _ in 0..line.len() {
                    let x = (0..inputs).map(|_| line[(weyl.next() * line.len() as f64) as usize]).collect();
                    cases.push(self.case(&function.graph, x, parameters));
                }
            }
        }
        cases
    }

    /// Halves the gaps between good and bad, so that the border is known.
    fn refine(&mut self, graph: &Graph, parameters: &[S], cases: &mut Vec<Case<S>>) {
        let mut spent = 0;
        for _ in 0..5 {
            let mut new = Vec::new();
            for pair in cases.windows(2) {
                let x = sample::between(pair[0].x[0], pair[1].x[0]);
                let borders = pair[0].wrong != pair[1].wrong && x > pair[0].x[0] && x < pair[1].x[0];
                if borders && spent < REFINEMENTS {
                    spent += 1;
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
        let wrong = self.roots.iter().copied().filter(|&root| self.is_wrong(root, &x)).collect();
        let values = self.values.iter().map(|v| v.number().map_or(f64::NAN, Into::into)).collect();
        Case { x, values, wrong }
    }

    /// Whether a root in floats is further from the truth than we tolerate, and extended numbers aren't.
    fn is_wrong(&self, root: Id, x: &[S]) -> bool {
        let Some(value) = self.values[root.index()].number() else { return false };
        let ball = self.truth.ball(root);
        if !ball.value.is_finite() {
            // A pole or a hole of the function itself.
            return false;
        }
        if !value.into().is_finite() {
            let rounded: f64 = ball.value.to_element().into();
            return value.into() != rounded;
        }
        let number = |c: f64| Extended::<S>::from_f64(c);
        let unit = ball.value.abs() + self.truth.sensitivity(root, x);
        let unit = if unit.is_finite() { unit } else { ball.value.abs() };
        let tolerance = number(AIM * S::EPSILON) * unit + number(0.75 * S::TINY);
        (number(value.into()) - ball.value).abs() > tolerance
    }
}
