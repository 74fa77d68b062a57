//! What a kernel can see of its own trouble.

use super::judge::Case;
use super::sample::Float;
use crate::graph::{Comparison, Graph, Id, Op};
use crate::primitive::Primitive;

/// A condition on nodes, to be made a mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Predicate {
    /// The node is infinite or NaN.
    Overflow(Id),
    /// |node| < 2^t, though none of the nodes that it is a product of is zero.
    Small(Id, f64),
    /// The sum is smaller than one of its terms by 2^t.
    Cancelled(Id, f64),
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
                let mut mask = graph.compare(Comparison::Lt, magnitude, bound);
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
            Self::Beyond(id, above, bound) => {
                let bound = graph.constant(bound);
                graph.compare(if above { Comparison::Gt } else { Comparison::Lt }, id, bound)
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

/// All families of predicates on the nodes that `roots` are computed from. Bounds on the inputs are only for
/// functions without parameters, which would move them.
pub(super) fn candidates<S: Float>(
    graph: &Graph,
    roots: &[Id],
    cases: &[Case<S>],
    bounds: bool,
) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let mut add = |predicate, id, score: &dyn Fn(&[f64]) -> f64| {
        let scores = cases.iter().map(|case| score(&case.values)).collect();
        candidates.push(Candidate { predicate, id, scores });
    };
    for id in graph.topological(roots) {
        let at = |values: &[f64]| values[id.index()];
        let (op, arguments) = graph.view(id);
        if matches!(
            op,
            Op::Compare(_) | Op::Truth(_) | Op::And | Op::Or | Op::Not | Op::Constant(_) | Op::Parameter(_)
        ) {
            continue;
        }
        let is_product = matches!(op, Op::Mul | Op::Div | Op::Powi(_) | Op::Apply(_) | Op::Input(_));
        if is_product {
            let factors = factors(graph, id);
            add(Predicate::Small, id, &|values| {
                let zero = factors.iter().any(|f| values[f.index()] == 0.0);
                if zero { f64::NEG_INFINITY } else { -at(values).abs().log2() }
            });
        }
        if matches!(op, Op::Add | Op::Sub) {
            let term = arguments[0];
            add(Predicate::Cancelled, id, &|values| {
                let (sum, term) = (at(values).abs(), values[term.index()].abs());
                if term > sum { term.log2() - sum.log2() } else { f64::NEG_INFINITY }
            });
        }
        if matches!(op, Op::Input(_)) {
            if bounds {
                add(|id, t| Predicate::Beyond(id, true, t), id, &at);
                add(|id, t| Predicate::Beyond(id, false, -t), id, &|values| -at(values));
            }
        } else {
            add(|id, _| Predicate::Overflow(id), id, &|values| {
                if at(values).is_finite() { f64::NEG_INFINITY } else { 1.0 }
            });
        }
    }
    candidates
}

impl Candidate {
    /// The threshold that covers most of what is `left` at the least harm.
    pub(super) fn best<S: Float>(
        &self,
        cases: &[Case<S>],
        wrong: &[bool],
        left: &[bool],
    ) -> Option<Choice<'_>> {
        let mut by_score: Vec<usize> =
            (0..cases.len()).filter(|&i| self.scores[i] > f64::NEG_INFINITY).collect();
        by_score.sort_by(|&i, &j| self.scores[j].total_cmp(&self.scores[i]));
        let (mut covered, mut harm) = (0.0, 0.0);
        let mut best: Option<(f64, usize)> = None;
        for (position, &i) in by_score.iter().enumerate() {
            if wrong[i] {
                covered += f64::from(u8::from(left[i]));
            } else {
                harm += cases[i].weight();
            }
            let last_of_score = by_score.get(position + 1).is_none_or(|&j| self.scores[j] < self.scores[i]);
            let merit = covered / (2.0 + harm);
            if last_of_score && covered > 0.0 && best.is_none_or(|(m, _)| merit > m) {
                best = Some((merit, position));
            }
        }
        let (merit, position) = best?;
        let threshold = self.threshold(&by_score, position);
        Some(Choice {
            predicate: (self.predicate)(self.id, threshold),
            scores: &self.scores,
            threshold,
            merit,
        })
    }

    /// A threshold that takes in the cases up to `position` and leaves room towards the next.
    fn threshold(&self, by_score: &[usize], position: usize) -> f64 {
        let last = self.scores[by_score[position]];
        let next = by_score.get(position + 1).map_or(f64::NEG_INFINITY, |&i| self.scores[i]);
        if next.is_finite() && last.is_finite() { last - (last - next).min(1.0) / 2.0 } else { last }
    }
}
