//! A function at many points at once, column by column, its sums fused or not.

use super::sample::Float;
use crate::columns::{Number, column, each};
use crate::evaluate;
use crate::function::Function;
use crate::fuse::MulAdd;
use crate::graph::{Comparison, Graph, Id, Op};
use crate::primitive::Primitive;
use crate::standard::Standard;

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
        use Primitive::{
            Acos, Acosh, Asin, Asinh, Atan, Atan2, Atanh, Cbrt, Cos, Cosh, Hypot, Powf, Sin, Sinh, Tan,
        };
        let [a, b] = arguments;
        match primitive {
            // In f32 these are computed in f64, and rounded once: any f64 will do.
            Sin | Cos | Tan | Asin | Acos | Atan | Atan2 | Sinh | Cosh | Asinh | Acosh | Atanh | Cbrt
            | Hypot | Powf
                if S::IS_SINGLE =>
            {
                let wide = [Standard(a.into()), Standard(b.into())];
                a.constant(primitive.evaluate(&wide).0)
            }
            _ => primitive.evaluate(&arguments),
        }
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
    pub(super) op: Op,
    /// Where its arguments are among the steps.
    pub(super) arguments: Vec<usize>,
    /// Whether it is a truth value.
    pub(super) is_mask: bool,
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
            steps.push(Step { op: graph.op(id), arguments, is_mask: graph.is_mask(id), sum, differs });
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

    /// The inputs, by number, and their places.
    pub(super) fn inputs(&self) -> impl Iterator<Item = (usize, usize)> {
        let input = |(place, step): (usize, &Step)| match step.op {
            Op::Input(n) => Some((n as usize, place)),
            _ => None,
        };
        self.steps.iter().enumerate().filter_map(input)
    }

    /// For each of some points two hashes: of which nodes are no normal floats, and how so; of which masks are set.
    pub(super) fn hashes<S: Float>(&self, columns: &[Vec<S>], points: usize) -> (Vec<u64>, Vec<u64>) {
        let (mut kinds, mut branches) = (vec![0_u64; points], vec![0_u64; points]);
        for (place, step) in self.steps.iter().enumerate() {
            let key = (place as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
            let hashes = if step.is_mask { branches.as_mut_slice() } else { kinds.as_mut_slice() };
            let (column, mut p) = (columns[place].as_slice(), 0);
            while p < points {
                let value: f64 = column[p].into();
                let magnitude = value.abs();
                let kind = if step.is_mask {
                    u64::from(value != 0.0)
                } else if magnitude >= S::TINY && magnitude < f64::INFINITY {
                    0
                } else {
                    kind::<S>(magnitude)
                };
                if kind != 0 {
                    hashes[p] = hashes[p].wrapping_add(key.wrapping_mul(kind));
                }
                p += 1;
            }
        }
        (kinds, branches)
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
        if let (Sums::Fused, Some((MulAdd { negated, subtracted, .. }, [a, b, c]))) = (sums, self.sum) {
            return each!(a in &columns[a], b in &columns[b], c in &columns[c] => {
                let (a, c) = (if negated { -a } else { a }, if subtracted { -c } else { c });
                a.mul_add(b, c)
            });
        }
        if let Op::Truth(truth) = self.op {
            return vec![T::new(f64::from(u8::from(truth))); leaf(Op::Constant(0)).len()];
        }
        let mut arguments: [&[T]; 3] = [&[]; 3];
        for (i, &place) in self.arguments.iter().enumerate() {
            arguments[i] = columns[place].as_slice();
        }
        column(self.op, &arguments[..self.arguments.len()]).unwrap_or_else(|| leaf(self.op))
    }
}

/// Whether a float, without its sign, is too small for a normal one, too large, or none.
fn kind<S: Float>(magnitude: f64) -> u64 {
    if magnitude.is_nan() {
        3
    } else if magnitude == f64::INFINITY {
        2
    } else {
        u64::from(magnitude < S::TINY)
    }
}
