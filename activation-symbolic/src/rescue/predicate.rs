//! What a kernel can see of its own trouble.

use super::judge::{Case, Judgement};
use super::sample::Float;
use super::{FINE, GROSS};
use crate::graph::{Comparison, Graph, Id, Op};
use crate::primitive::Primitive;

/// A condition on nodes, to be made a mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Predicate {
    /// The node is infinite or NaN.
    Overflow(Id),
    /// |node| ≤ 2^t, though none of the nodes that it is a product of is zero.
    Small(Id, f64),
    /// The sum is smaller than one of its terms by 2^t.
    Cancelled(Id, f64),
    /// The two sides of a comparison differ by less than 2^−t of the first: rounding may have decided it.
    Near(Id, f64),
    /// The node is above a bound (true) or below.
    Beyond(Id, bool, f64),
}

/// A family of predicates with one threshold: what it says of each case is a number, and it holds from the
/// threshold up.
#[derive(Debug)]
pub(super) struct Candidate {
    predicate: fn(Id, f64) -> Predicate,
    id: Id,
    scores: Vec<f64>,
    /// The cases that have a score, the highest first.
    order: Vec<usize>,
}

/// A candidate with its best threshold.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    pub(super) predicate: Predicate,
    pub(super) scores: &'a [f64],
    pub(super) threshold: f64,
    pub(super) merit: f64,
}

impl Predicate {
    /// The mask.
    pub(super) fn node(self, graph: &mut Graph) -> Id {
        match self {
            Self::Overflow(id) => {
                let magnitude = graph.apply(Primitive::Abs, &[id]);
                let infinity = graph.constant(f64::INFINITY);
                let finite = graph.compare(Comparison::Lt, magnitude, infinity);
                graph.not(finite)
            }
            Self::Small(id, exponent) => {
                let magnitude = graph.apply(Primitive::Abs, &[id]);
                let bound = graph.constant(exponent.exp2());
                let mut mask = graph.compare(Comparison::Le, magnitude, bound);
                let zero = graph.constant(0.0);
                for factor in factors(graph, id) {
                    let nonzero = graph.compare(Comparison::Ne, factor, zero);
                    mask = graph.and(mask, nonzero);
                }
                mask
            }
            Self::Cancelled(id, bits) => {
                let term = graph.arguments(id)[0];
                let [sum, term] = [id, term].map(|id| graph.apply(Primitive::Abs, &[id]));
                let share = graph.constant((-bits).exp2());
                let bound = graph.mul(share, term);
                graph.compare(Comparison::Lt, sum, bound)
            }
            Self::Near(id, bits) => {
                let arguments = graph.arguments(id);
                let (left, right) = (arguments[0], arguments[1]);
                let difference = graph.sub(left, right);
                let [difference, left] = [difference, left].map(|id| graph.apply(Primitive::Abs, &[id]));
                let share = graph.constant((-bits).exp2());
                let bound = graph.mul(share, left);
                graph.compare(Comparison::Lt, difference, bound)
            }
            Self::Beyond(id, above, bound) => {
                let bound = graph.constant(bound);
                graph.compare(if above { Comparison::Ge } else { Comparison::Le }, id, bound)
            }
        }
    }
}

/// What a node is a product of; itself for an input.
fn factors(graph: &Graph, id: Id) -> Vec<Id> {
    match graph.view(id) {
        (Op::Input(_), _) => vec![id],
        (Op::Div, arguments) => arguments[..1].to_vec(),
        (Op::Mul, &[a, b]) if a == b => vec![a],
        (Op::Mul | Op::Powi(_), arguments) => {
            arguments.iter().copied().filter(|&a| graph.as_constant(a).is_none()).collect()
        }
        (Op::Apply(p), arguments) if p.is_odd() || p == Primitive::ExpM1 => arguments.to_vec(),
        _ => Vec::new(),
    }
}

/// The families of predicates on the nodes that `roots` are computed from which may say something of the `wrong` cases.
/// Bounds on the inputs are only for functions without parameters, which would move them.
pub(super) fn candidates<S: Float>(
    graph: &Graph,
    roots: &[Id],
    judgement: &Judgement<S>,
    wrong: &[usize],
    bounds: bool,
) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let column = |id: Id| judgement.column(id);
    let mut add = |predicate, id, scores: Vec<f64>| {
        if wrong.iter().any(|&i| scores[i] > f64::NEG_INFINITY) {
            let mut order: Vec<usize> =
                (0..scores.len()).filter(|&i| scores[i] > f64::NEG_INFINITY).collect();
            order.sort_by(|&i, &j| scores[j].total_cmp(&scores[i]));
            candidates.push(Candidate { predicate, id, scores, order });
        }
    };
    for id in graph.topological(roots) {
        let (op, arguments) = graph.view(id);
        if matches!(op, Op::Truth(_) | Op::And | Op::Or | Op::Not | Op::Constant(_) | Op::Parameter(_)) {
            continue;
        }
        if let Op::Compare(_) = op {
            let sides = column(arguments[0]).into_iter().zip(column(arguments[1]));
            add(Predicate::Near, id, sides.map(|(a, b)| bits_lost(a - b, a, 12.0)).collect());
            continue;
        }
        let values = column(id);
        let is_product = matches!(op, Op::Mul | Op::Div | Op::Powi(_) | Op::Apply(_) | Op::Input(_));
        if is_product {
            let factors = factors(graph, id);
            // Inputs may be small for other reasons than underflow.
            let least = if factors == [id] { -3.0 } else { 16.0 };
            let smallest = 2.0_f64.powi(S::EXPONENTS.0);
            // −t, so that scores ascend. A zero is below the smallest float.
            let depth = |&value: &f64| {
                let depth = -value.abs().max(smallest).log2();
                if value.is_nan() || depth < least { f64::NEG_INFINITY } else { depth }
            };
            let mut scores: Vec<f64> = values.iter().map(depth).collect();
            for factor in factors {
                for (score, factor) in scores.iter_mut().zip(column(factor)) {
                    if factor == 0.0 {
                        *score = f64::NEG_INFINITY;
                    }
                }
            }
            add(|id, t| Predicate::Small(id, -t), id, scores);
        }
        if matches!(op, Op::Add | Op::Sub) {
            let terms = values.iter().zip(column(arguments[0]));
            add(Predicate::Cancelled, id, terms.map(|(&sum, term)| bits_lost(sum, term, 0.5)).collect());
        }
        if matches!(op, Op::Input(_)) {
            if bounds {
                let negated = values.iter().map(|value| -value).collect();
                add(|id, t| Predicate::Beyond(id, true, t), id, values);
                add(|id, t| Predicate::Beyond(id, false, -t), id, negated);
            }
        } else {
            let score = |value: &f64| if value.is_finite() { f64::NEG_INFINITY } else { 1.0 };
            add(|id, _| Predicate::Overflow(id), id, values.iter().map(score).collect());
        }
    }
    candidates
}

/// How many bits a difference lost to cancellation, as far as they can be told; −∞ where fewer than `least`.
fn bits_lost(difference: f64, term: f64, least: f64) -> f64 {
    let bits = (term.abs() / difference.abs()).log2();
    if bits >= least { bits.min(40.0) } else { f64::NEG_INFINITY }
}

impl Candidate {
    /// The threshold that covers most of what is `left` at the least harm.
    pub(super) fn best<S: Float>(
        &self,
        cases: &[Case<S>],
        errors: &[f64],
        left: &[bool],
    ) -> Option<Choice<'_>> {
        let order = &self.order;
        let (mut covered, mut counted, mut harm) = (0.0, 0.0, 0.0);
        let mut positions: Vec<(f64, usize)> = Vec::new();
        for (position, &i) in order.iter().enumerate() {
            if left[i] {
                covered += 1.0;
            } else if errors[i] < FINE {
                harm += cases[i].weight();
            }
            let last_of_score = order.get(position + 1).is_none_or(|&j| self.scores[j] < self.scores[i]);
            let merit = covered / (2.0 + harm);
            if last_of_score && covered > counted {
                counted = covered;
                positions.push((merit, position));
            }
        }
        // Rather too much than too little: where some points are wrong, more are between them.
        let merit = positions.iter().fold(0.0, |best: f64, &(merit, _)| best.max(merit));
        let grossly =
            (0..cases.len()).any(|i| left[i] && errors[i] > GROSS && self.scores[i] > f64::NEG_INFINITY);
        let least = if grossly { merit / 2.0 } else { merit };
        let &(_, position) = positions.iter().rev().find(|&&(m, _)| m >= least)?;
        let mut threshold = self.threshold(order, position);
        if grossly
            && threshold > 1.0
            && !matches!((self.predicate)(self.id, threshold), Predicate::Beyond(..))
        {
            // Half a bit more: what is grossly wrong at one point is so next to it.
            threshold -= 0.5;
        }
        Some(Choice {
            predicate: (self.predicate)(self.id, threshold),
            scores: &self.scores,
            threshold,
            merit,
        })
    }

    /// A threshold that takes in the cases up to `position` and leaves room towards the next; round, if one is
    /// between.
    fn threshold(&self, order: &[usize], position: usize) -> f64 {
        let last = self.scores[order[position]];
        let next = order.get(position + 1).map_or(last - 2.0, |&i| self.scores[i]);
        let middle = last - (last - next).clamp(0.0, 2.0) / 2.0;
        if middle.ceil() <= last && middle.ceil() > next { middle.ceil() } else { middle.max(next).min(last) }
    }
}
