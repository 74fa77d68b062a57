//! A graph at many points at once, node by node: what a node is is looked up once for all of them.
//!
//! Macros run without an optimizer in debug builds, where plain loops over slices are several times faster than
//! iterators, and both faster than asking at every point what to compute.

use std::ops::{Add, Div, Mul, Neg, Sub};

use super::sample::Float;
use crate::evaluate;
use crate::function::Function;
use crate::fuse::MulAdd;
use crate::graph::{Comparison, Graph, Id, Op};
use crate::primitive::Primitive;

/// A number that a graph is evaluated in. A truth value is 1 or 0.
pub(super) trait Number:
    Copy + Neg<Output = Self> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// Exactly `value`, or that rounded.
    fn new(value: f64) -> Self;
    /// selfⁿ
    fn powi(self, n: i32) -> Self;
    /// self · a + b in one rounding.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// A primitive of as many arguments as it takes.
    fn apply(primitive: Primitive, arguments: [Self; 2]) -> Self;
    /// The truth of a comparison.
    fn compare(comparison: Comparison, a: Self, b: Self) -> Self;
    /// `then` where the mask holds, else `otherwise`.
    fn select(mask: Self, then: Self, otherwise: Self) -> Self;
}

impl<S: Float> Number for S {
    fn new(value: f64) -> Self {
        S::from_f64(value)
    }
    fn powi(self, n: i32) -> Self {
        activation_runtime::real::Real::powi(self, n)
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        activation_runtime::arith::Arith::mul_add(self, a, b)
    }
    fn apply(primitive: Primitive, arguments: [Self; 2]) -> Self {
        primitive.evaluate(&arguments)
    }
    fn compare(comparison: Comparison, a: Self, b: Self) -> Self {
        S::from_f64(f64::from(u8::from(evaluate::compare(comparison, a, b))))
    }
    fn select(mask: Self, then: Self, otherwise: Self) -> Self {
        if mask.into() == 0.0 { otherwise } else { then }
    }
}

/// A node as it is evaluated.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) id: Id,
    pub(super) op: Op,
    /// Where its arguments are among the steps.
    pub(super) arguments: Vec<usize>,
    /// The sum that it is, if a product is fused into it.
    sum: Option<(MulAdd, [usize; 3])>,
    /// Whether fused sums make a difference to it.
    differs: bool,
}

/// How sums are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sums {
    /// In one rounding where a product is fused into them.
    Fused,
    /// In two.
    Plain,
}

/// What is evaluated, arguments first.
#[derive(Debug)]
pub(super) struct Tape {
    pub(super) steps: Vec<Step>,
    /// Where a node is among the steps, by its index.
    places: Vec<usize>,
}

impl Tape {
    pub(super) fn new(function: &Function, order: &[Id]) -> Self {
        let graph: &Graph = &function.graph;
        let mut places = vec![usize::MAX; graph.nodes().len()];
        let mut steps: Vec<Step> = Vec::new();
        for (place, &id) in order.iter().enumerate() {
            places[id.index()] = place;
            let at = |id: Id| places[id.index()];
            let sum = function.fused.get(graph, id).map(|sum| (sum, [at(sum.a), at(sum.b), at(sum.c)]));
            let arguments: Vec<usize> = graph.arguments(id).iter().map(|&id| at(id)).collect();
            let differs = sum.is_some() || arguments.iter().any(|&place| steps[place].differs);
            steps.push(Step { id, op: graph.op(id), arguments, sum, differs });
        }
        Self { steps, places }
    }

    /// Where a node is among the steps.
    pub(super) fn place(&self, id: Id) -> usize {
        self.places[id.index()]
    }

    /// Whether fused sums make a difference to anything.
    pub(super) fn has_fused_sums(&self) -> bool {
        self.steps.iter().any(|step| step.differs)
    }

    /// All nodes: one column each, as long as those of the leaves.
    pub(super) fn evaluate<T: Number>(&self, leaf: impl Fn(Op) -> Vec<T>, sums: Sums) -> Vec<Vec<T>> {
        let mut columns = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            columns.push(step.evaluate(&leaf, sums, &columns));
        }
        columns
    }

    /// The same nodes in plain sums, where they were fused.
    pub(super) fn evaluate_again<T: Number>(&self, leaf: impl Fn(Op) -> Vec<T>, columns: &mut [Vec<T>]) {
        for (place, step) in self.steps.iter().enumerate() {
            if step.differs {
                columns[place] = step.evaluate(&leaf, Sums::Plain, columns);
            }
        }
    }
}

impl Step {
    fn evaluate<T: Number>(&self, leaf: impl Fn(Op) -> Vec<T>, sums: Sums, columns: &[Vec<T>]) -> Vec<T> {
        let column = |i: usize| columns[self.arguments[i]].as_slice();
        if let (Sums::Fused, Some((MulAdd { negated, subtracted, .. }, places))) = (sums, self.sum) {
            let [a, b, c] = places.map(|place| columns[place].as_slice());
            return zip3(a, b, c, |a, b, c| {
                let (a, c) = (if negated { -a } else { a }, if subtracted { -c } else { c });
                a.mul_add(b, c)
            });
        }
        match self.op {
            Op::Neg => map(column(0), |a| -a),
            Op::Add => zip(column(0), column(1), |a, b| a + b),
            Op::Sub => zip(column(0), column(1), |a, b| a - b),
            Op::Mul => zip(column(0), column(1), |a, b| a * b),
            Op::Div => zip(column(0), column(1), |a, b| a / b),
            Op::Powi(n) => map(column(0), |a| a.powi(n)),
            Op::Apply(primitive) if self.arguments.len() == 1 => {
                map(column(0), |a| T::apply(primitive, [a, a]))
            }
            Op::Apply(primitive) => zip(column(0), column(1), |a, b| T::apply(primitive, [a, b])),
            Op::Compare(comparison) => zip(column(0), column(1), |a, b| T::compare(comparison, a, b)),
            Op::And => zip(column(0), column(1), |a, b| a * b),
            Op::Or => zip(column(0), column(1), |a, b| a + b - a * b),
            Op::Not => map(column(0), |a| T::new(1.0) - a),
            Op::Select => zip3(column(0), column(1), column(2), T::select),
            Op::Truth(truth) => map(&leaf(Op::Constant(0)), |_| T::new(f64::from(u8::from(truth)))),
            op => leaf(op),
        }
    }
}

fn map<T: Copy>(a: &[T], f: impl Fn(T) -> T) -> Vec<T> {
    let mut result = a.to_vec();
    let (slice, mut i): (&mut [T], usize) = (&mut result, 0);
    while i < a.len() {
        slice[i] = f(a[i]);
        i += 1;
    }
    result
}

fn zip<T: Copy>(a: &[T], b: &[T], f: impl Fn(T, T) -> T) -> Vec<T> {
    let mut result = a.to_vec();
    let (slice, mut i): (&mut [T], usize) = (&mut result, 0);
    while i < a.len() {
        slice[i] = f(a[i], b[i]);
        i += 1;
    }
    result
}

fn zip3<T: Copy>(a: &[T], b: &[T], c: &[T], f: impl Fn(T, T, T) -> T) -> Vec<T> {
    let mut result = a.to_vec();
    let (slice, mut i): (&mut [T], usize) = (&mut result, 0);
    while i < a.len() {
        slice[i] = f(a[i], b[i], c[i]);
        i += 1;
    }
    result
}
