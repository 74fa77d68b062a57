//! What a kernel can see of its own trouble.

use super::case::Case;
use super::judgement::Judgement;
use super::sample::Float;
use super::{FINE, GROSS, WRONG};
use crate::graph::{Comparison, Graph, Id, Op};
use crate::primitive::Primitive;

/// What a condition on an input is worth beside one on what is computed.
const PLACE: f64 = 0.75;

/// What errors are at least, and the reciprocal of what they are at most, where it matters how they grow.
const LEAST: f64 = 1e-6;

/// The binary exponent from which on an angle is large.
const LARGE: f64 = 3.0;

/// A condition on nodes, to be made a mask.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Predicate {
    /// The node is infinite or NaN.
    Overflow(Id),
    /// |node| ≤ 2^t, though none of the nodes that it is a product of is zero.
    Small(Id, f64),
    /// |node| ≤ 2^t, zero or not.
    Within(Id, f64),
    /// The sum is smaller than one of its terms by 2^t.
    Cancelled(Id, f64),
    /// The two sides of a comparison differ by less than 2^−t of the first: rounding may have decided it.
    Near(Id, f64),
    /// |node| ≥ 2^t, of an angle: what it was rounded by is no small part of a period; of a base, whose exponent was
    /// rounded; or of an arc sine, near 1.
    Large(Id, f64),
    /// The node is above a bound (true) or below.
    Beyond(Id, bool, f64),
}

/// A family of predicates with one threshold: what it says of each case is a number, and it holds from the
/// threshold up.
#[derive(Debug)]
pub(super) struct Candidate {
    predicate: fn(Id, f64) -> Predicate,
    id: Id,
    /// Whether it is about an input.
    is_place: bool,
    /// −∞ where it doesn't hold at any threshold.
    scores: Vec<f64>,
}

/// A candidate with its best threshold.
#[derive(Debug)]
pub(super) struct Choice<'a> {
    pub(super) predicate: Predicate,
    pub(super) scores: &'a [f64],
    pub(super) threshold: f64,
    /// The share of wrong results in what is computed again.
    pub(super) purity: f64,
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
            Self::Within(id, exponent) => {
                let magnitude = graph.apply(Primitive::Abs, &[id]);
                let bound = graph.constant(exponent.exp2());
                graph.compare(Comparison::Le, magnitude, bound)
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
            Self::Large(id, exponent) => {
                let magnitude = graph.apply(Primitive::Abs, &[id]);
                let bound = graph.constant(exponent.exp2());
                graph.compare(Comparison::Ge, magnitude, bound)
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
    use Primitive::{Acos, Acosh, Asin, Atanh, Cos, Ln, Log2, Log10, Powf, Sin, Tan};
    let order = graph.topological(roots);
    let mut families = Families { graph, cases: judgement.cases.len(), wrong, found: Vec::new() };
    for id in order {
        let (op, arguments) = graph.view(id);
        let column = |i: usize| judgement.column(arguments[i]);
        if matches!(op, Op::Truth(_) | Op::And | Op::Or | Op::Not | Op::Constant(_) | Op::Parameter(_)) {
            continue;
        }
        if let Op::Compare(_) = op {
            let (a, b) = (column(0), column(1));
            families.add(Predicate::Near, id, |i| bits_lost(a[i] - b[i], a[i], 12.0));
            continue;
        }
        let values = judgement.column(id);
        let is_product = matches!(op, Op::Mul | Op::Div | Op::Powi(_) | Op::Apply(_) | Op::Input(_));
        if is_product {
            let factors = factors(graph, id);
            let least = match op {
                // Inputs may be small for other reasons than underflow,
                Op::Input(_) => -3.0,
                // and what is zero at 1 may have lost the bits of its argument.
                Op::Apply(Ln | Log2 | Log10 | Acos | Acosh) => 0.0,
                _ => 16.0,
            };
            let smallest = 2.0_f64.powi(S::EXPONENTS.0);
            let factors: Vec<&[f64]> = factors.into_iter().map(|id| judgement.column(id)).collect();
            families.add(
                |id, t| Predicate::Small(id, -t),
                id,
                |i| {
                    // −t, so that scores ascend. A zero is below the smallest float.
                    let magnitude = values[i].abs();
                    let depth = if magnitude > smallest { -magnitude.log2() } else { -smallest.log2() };
                    let told = !magnitude.is_nan() && depth >= least;
                    if told && factors.iter().all(|factor| factor[i] != 0.0) {
                        depth
                    } else {
                        f64::NEG_INFINITY
                    }
                },
            );
        }
        let large = match op {
            Op::Apply(Sin | Cos | Tan | Powf) if !matches!(graph.op(arguments[0]), Op::Input(_)) => {
                Some((arguments[0], LARGE))
            }
            // Near 1 their slope is infinite.
            Op::Apply(Asin | Acos | Atanh) => Some((id, 0.0)),
            _ => None,
        };
        if let Some((large, least)) = large {
            let values = judgement.column(large);
            let size = |i: usize| values[i].abs().log2();
            let is_large = |i: usize| (least..f64::INFINITY).contains(&size(i));
            let score = |i: usize| if is_large(i) { size(i) } else { f64::NEG_INFINITY };
            families.add(Predicate::Large, large, score);
        }
        if matches!(op, Op::Add | Op::Sub) {
            let terms = column(0);
            families.add(Predicate::Cancelled, id, |i| bits_lost(values[i], terms[i], 0.5));
        }
        if matches!(op, Op::Input(_)) {
            // Only where zero itself is wrong: it is what there is most of.
            if wrong.iter().any(|&i| values[i] == 0.0) {
                let smallest = f64::from(S::EXPONENTS.0);
                families.add(
                    |id, t| Predicate::Within(id, -t),
                    id,
                    |i| -values[i].abs().log2().max(smallest),
                );
            }
            if bounds {
                families.add(|id, t| Predicate::Beyond(id, true, t), id, |i| values[i]);
                families.add(|id, t| Predicate::Beyond(id, false, -t), id, |i| -values[i]);
            }
        } else {
            let score = |i: usize| if values[i].is_finite() { f64::NEG_INFINITY } else { 1.0 };
            families.add(|id, _| Predicate::Overflow(id), id, score);
        }
    }
    families.found
}

/// The families that have something to say.
struct Families<'a> {
    graph: &'a Graph,
    cases: usize,
    wrong: &'a [usize],
    found: Vec<Candidate>,
}

impl Families<'_> {
    /// Adds a family, unless it has no score for any of the wrong cases.
    fn add(&mut self, predicate: fn(Id, f64) -> Predicate, id: Id, score: impl Fn(usize) -> f64) {
        if !self.wrong.iter().any(|&i| score(i) > f64::NEG_INFINITY) {
            return;
        }
        let mut scores = vec![0.0; self.cases];
        let (slice, mut i): (&mut [f64], usize) = (&mut scores, 0);
        while i < slice.len() {
            slice[i] = score(i);
            i += 1;
        }
        let is_place = matches!(self.graph.op(id), Op::Input(_));
        self.found.push(Candidate { predicate, id, is_place, scores });
    }
}

/// How many bits a difference lost to cancellation, as far as they can be told; −∞ where fewer than `least`.
fn bits_lost(difference: f64, term: f64, least: f64) -> f64 {
    let bits = (term.abs() / difference.abs()).log2();
    if bits >= least { bits.min(40.0) } else { f64::NEG_INFINITY }
}

/// What there is to choose by.
pub(super) struct Stakes<'a> {
    errors: &'a [f64],
    /// How much it hurts to compute each point again for nothing,
    weights: Vec<f64>,
    /// and the same where that would be for nothing, else zero.
    harm: Vec<f64>,
    /// Whether few combinations of several inputs were looked at, and none closer.
    is_sparse: bool,
}

impl<'a> Stakes<'a> {
    pub(super) fn new<S: Float>(cases: &[Case<S>], errors: &'a [f64]) -> Self {
        let (mut weights, mut harm) = (Vec::with_capacity(cases.len()), Vec::with_capacity(cases.len()));
        for case in cases {
            let weight = case.weight();
            harm.push(if errors[weights.len()] < FINE { weight } else { 0.0 });
            weights.push(weight);
        }
        Self { errors, weights, harm, is_sparse: cases.first().is_some_and(|case| case.x.len() > 1) }
    }
}

/// What a threshold takes in.
#[derive(Clone, Copy)]
struct Level {
    /// The threshold: the score of a case that is left.
    score: f64,
    /// How many of those have this score.
    covered: f64,
    /// The weight of the right cases with this score or one between it and that of the level before.
    harm: f64,
}

/// The lowest score that a family should take in.
#[derive(Clone, Copy)]
struct Reach {
    score: f64,
    merit: f64,
    /// Whether some of the cases are grossly wrong.
    is_gross: bool,
}

/// The best of the candidates for the cases that are `left`.
pub(super) fn best<'a>(candidates: &'a [Candidate], stakes: &Stakes, left: &[usize]) -> Option<Choice<'a>> {
    let mut best: Option<(&Candidate, Reach)> = None;
    for candidate in candidates {
        let least = best.map_or(0.0, |(_, reach)| reach.merit);
        if let Some(reach) = candidate.reach(stakes, left, least) {
            best = Some((candidate, reach));
        }
    }
    best.map(|(candidate, reach)| candidate.choice(stakes, left, reach))
}

impl Candidate {
    /// The threshold that covers most of what is `left` at the least harm, if its merit is no less than the `least`.
    fn reach(&self, stakes: &Stakes, left: &[usize], least: f64) -> Option<Reach> {
        let (scores, errors) = (self.scores.as_slice(), stakes.errors);
        let mut is_gross = false;
        let mut levels = Vec::new();
        for &i in left {
            if scores[i] > f64::NEG_INFINITY {
                is_gross |= errors[i] > GROSS;
                levels.push(Level { score: scores[i], covered: 1.0, harm: 0.0 });
            }
        }
        // A place says nothing of floats of another type, and little of those between the points.
        let worth = if self.is_place { PLACE } else { 1.0 };
        if levels.is_empty() || merit(worth, levels.len() as f64, 0.0) < least {
            return None;
        }
        levels.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
        levels.dedup_by(|next, level| {
            let same = next.score == level.score;
            level.covered += if same { 1.0 } else { 0.0 };
            same
        });
        let lowest = levels.last()?.score;
        let (harm, mut i) = (stakes.harm.as_slice(), 0);
        let slice = levels.as_mut_slice();
        while i < harm.len() {
            if harm[i] > 0.0 && scores[i] >= lowest {
                // The first level that takes it in.
                let (mut level, mut end) = (0, slice.len() - 1);
                while level < end {
                    let middle = (level + end) / 2;
                    if slice[middle].score > scores[i] {
                        level = middle + 1;
                    } else {
                        end = middle;
                    }
                }
                slice[level].harm += harm[i];
            }
            i += 1;
        }
        let (mut covered, mut harm, mut best) = (0.0, 0.0, 0.0);
        for level in &mut levels {
            covered += level.covered;
            harm += level.harm;
            (level.covered, level.harm) = (covered, harm);
            best = merit(worth, covered, harm).max(best);
        }
        // Rather too much than too little: where some points are wrong, more are between them.
        let enough = if is_gross { best / 2.0 } else { best };
        let last = levels.iter().rev().find(|level| merit(worth, level.covered, level.harm) >= enough)?;
        (best >= least).then_some(Reach { score: last.score, merit: best, is_gross })
    }

    /// The threshold that takes in the cases down to a score, and leaves room.
    fn choice(&self, stakes: &Stakes, left: &[usize], reach: Reach) -> Choice<'_> {
        let next = self.next(reach.score);
        let mut threshold = threshold(reach.score, next);
        let is_bound = matches!((self.predicate)(self.id, threshold), Predicate::Beyond(..));
        if reach.is_gross && !is_bound && !stakes.is_sparse && threshold > 1.0 {
            // Half a bit more: what is grossly wrong at one point is so next to it.
            threshold -= 0.5;
        }
        if reach.is_gross && (self.is_place || stakes.is_sparse) && next > f64::NEG_INFINITY {
            // What is between the points is unknown: up to the last that is right, where the others are grossly wrong.
            threshold = threshold.min(next);
        }
        threshold = threshold.min(self.crossing(stakes.errors, reach.score, next));
        let (mut wrong, mut right) = (0.0, 0.0);
        for &i in left {
            wrong += if self.scores[i] >= threshold { stakes.weights[i] } else { 0.0 };
        }
        let (scores, harm, mut i) = (self.scores.as_slice(), stakes.harm.as_slice(), 0);
        while i < scores.len() {
            if scores[i] >= threshold {
                right += harm[i];
            }
            i += 1;
        }
        Choice {
            purity: wrong / (wrong + right),
            predicate: (self.predicate)(self.id, threshold),
            scores: &self.scores,
            threshold,
        }
    }

    /// Where errors become too large between two scores, if they grow exponentially from one to the other.
    fn crossing(&self, errors: &[f64], last: f64, next: f64) -> f64 {
        let worst = |score: f64| {
            let cases = self.scores.iter().zip(errors).filter(|(own, _)| **own == score);
            cases.fold(LEAST, |worst, (_, &error)| error.clamp(worst, 1.0 / LEAST)).ln()
        };
        let [wrong, right] = [worst(last), worst(next)];
        let share = (wrong - WRONG.ln()) / (wrong - right);
        if next > f64::NEG_INFINITY && (0.0..1.0).contains(&share) {
            last - share * (last - next)
        } else {
            last
        }
    }

    /// The score below another.
    fn next(&self, last: f64) -> f64 {
        let (scores, mut next, mut i) = (self.scores.as_slice(), f64::NEG_INFINITY, 0);
        while i < scores.len() {
            if scores[i] < last && scores[i] > next {
                next = scores[i];
            }
            i += 1;
        }
        next
    }
}

/// What it is worth to cover so many cases at some harm.
fn merit(worth: f64, covered: f64, harm: f64) -> f64 {
    worth * covered / (2.0 + harm)
}

/// A threshold that takes in the cases with the score `last` and leaves room towards the next; round, if one is
/// between.
fn threshold(last: f64, next: f64) -> f64 {
    let next = if next == f64::NEG_INFINITY { last - 2.0 } else { next };
    let middle = last - (last - next).clamp(0.0, 2.0) / 2.0;
    if middle.ceil() <= last && middle.ceil() > next { middle.ceil() } else { middle.max(next).min(last) }
}
