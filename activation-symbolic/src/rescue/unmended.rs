//! What no step of the ladder mends: where the kernel is wrong still, or computed again in numbers that haven't the
//! bits either.
//!
//! How much 384 bits tell of a result is found by trying: every rounding is moved at random, and what then comes out
//! otherwise isn't known.

use std::ops::Range;

use activation_runtime::adaptive::{Adaptive, Precision};
use activation_runtime::arith::Arith;
use activation_runtime::deep::Deep;
use activation_runtime::extended::Element;

use super::WRONG;
use super::case::Case;
use super::judgement::Judgement;
use super::sample::Float;
use crate::check::ascii;
use crate::evaluate::{Value, evaluate, step};
use crate::function::Function;
use crate::graph::{Graph, Id, Op};
use crate::primitive::Primitive;
use crate::random::Random;
use crate::truth::Ball;

/// The error, in units of what is tolerated, that isn't one of a few roundings.
const RUINED: f64 = 4096.0;
/// How many bits of a result are to be known,
const KNOWN: f64 = 10.0;
/// and the exponent below which none.
const NEGLIGIBLE: f64 = -126.0;
/// The largest input that is held against the author: up to here an f32 has digits behind the point.
const LARGEST: f64 = (1 << 24) as f64;
/// How many points are tried.
const TRIED: usize = 6;

/// A point at which a result is wrong.
pub(super) struct Ruin {
    /// The sum that loses most of its bits there.
    pub(super) node: Id,
    /// What comes out, and why.
    pub(super) message: String,
}

/// A point at which one of a `part` of the roots is wrong although that was seen; `open` says where it isn't computed
/// again.
pub(super) fn ruin<S: Float>(
    function: &Function,
    roots: &[Id],
    part: Range<usize>,
    judgement: &Judgement<S>,
    open: &[bool],
) -> Option<Ruin> {
    let search = Search::new(function, &roots[part.clone()]);
    if search.sums.is_empty() {
        return None;
    }
    let errors = judgement.errors(&part);
    let mut wrong: Vec<(usize, &Case<S>)> = judgement
        .cases
        .iter()
        .enumerate()
        .filter(|(i, case)| errors[*i] > WRONG && is_common(case) && case.is_meant(function))
        .collect();
    wrong.sort_by(|(_, a), (_, b)| size(a).total_cmp(&size(b)));
    let (left, again): (Vec<_>, Vec<_>) = wrong.into_iter().partition(|&(i, _)| open[i]);
    let columns: Vec<&[f64]> = search.roots.iter().map(|&root| judgement.column(root)).collect();
    let mut ruined = left.into_iter().filter(|&(i, _)| errors[i] > RUINED).take(TRIED);
    let ruin = ruined.find_map(|(i, case)| {
        let found: Vec<f64> = columns.iter().map(|column| column[i]).collect();
        search.in_floats(case, &found)
    });
    let again =
        again.into_iter().map(|(_, case)| case).filter(|case| judgement.is_doubtful(case, part.clone()));
    ruin.or_else(|| search.again(&again.collect::<Vec<_>>()))
}

/// Whether the inputs are zero, or normal numbers of f32 that aren't too large.
fn is_common<S: Float>(case: &Case<S>) -> bool {
    let range = f64::from(f32::MIN_POSITIVE)..=LARGEST;
    case.x.iter().all(|&x| x.into() == 0.0 || range.contains(&x.into().abs()))
}

/// How large the inputs are.
fn size<S: Float>(case: &Case<S>) -> f64 {
    case.x.iter().fold(0.0, |worst: f64, &x| worst.max(x.into().abs()))
}

struct Search<'a> {
    function: &'a Function,
    roots: &'a [Id],
    order: Vec<Id>,
    /// What may cancel.
    sums: Vec<Id>,
}

impl<'a> Search<'a> {
    fn new(function: &'a Function, roots: &'a [Id]) -> Self {
        let order = function.graph.topological(roots);
        let is_sum = |id: &Id| matches!(function.graph.op(*id), Op::Add | Op::Sub);
        let sums = order.iter().copied().filter(is_sum).collect();
        Self { function, roots, order, sums }
    }

    /// What is wrong at a point that is left to floats, in which the roots are as `found`.
    fn in_floats<S: Float>(&self, case: &Case<S>, found: &[f64]) -> Option<Ruin> {
        let values = self.deep(case, None);
        let moved = self.deep(case, Some(&values));
        let (found, exact) = self.roots.iter().zip(found).find_map(|(&root, &found)| {
            let [exact, moved] = [&values, &moved].map(|values| values[root.index()].number());
            let exact = exact.filter(|&exact| moved.is_some_and(|moved| !is_far(exact, moved)))?;
            is_far(exact, Deep::from_f64(found)).then_some((found, exact))
        })?;
        let exact = if exact.exponent() < NEGLIGIBLE { 0.0 } else { exact.to_f64() };
        let place = case.place(self.function);
        let message = format!("comes out as {} at {place} and should be {}", ascii(found), ascii(exact));
        Some(Ruin { node: self.worst_sum(&values)?.0, message })
    }

    /// What is wrong at the points that are computed again: at the first of some of them, and then at a smaller one.
    fn again<S: Float>(&self, cases: &[&Case<S>]) -> Option<Ruin> {
        let step = cases.len() / TRIED + 1;
        let tried = (0..cases.len()).step_by(step).chain(cases.len().checked_sub(1));
        let (mut at, mut ruin) = tried.into_iter().find_map(|i| Some((i, self.noise(cases[i])?)))?;
        let mut right = at.saturating_sub(step);
        while at - right > 1 {
            let middle = right.midpoint(at);
            match self.noise(cases[middle]) {
                Some(smaller) => (at, ruin) = (middle, smaller),
                None => right = middle,
            }
        }
        Some(ruin)
    }

    /// Whether what comes out at a point, computed again, is the noise of roundings.
    fn noise<S: Float>(&self, case: &Case<S>) -> Option<Ruin> {
        let values = self.deep(case, None);
        let (node, exponent) = self.worst_sum(&values)?;
        let moved = self.deep(case, Some(&values));
        let wrong = self.roots.iter().find_map(|&root| {
            let [plain, moved] = [&values, &moved].map(|values| values[root.index()].number());
            let (plain, moved) = plain.zip(moved)?;
            is_far(plain, moved).then(|| self.kernel(case, root)).filter(|&wrong| wrong != 0.0)
        })?;
        let message = format!(
            "comes out as {} at {}, which is the rounding noise of terms of the size of 1e{:.0}: even 384 bits \
             don't tell what is left of them",
            ascii(wrong),
            case.place(self.function),
            exponent * std::f64::consts::LOG10_2
        );
        Some(Ruin { node, message })
    }

    /// What the kernel makes of a root that it computes again.
    fn kernel<S: Float>(&self, case: &Case<S>, root: Id) -> f64 {
        let run = |precision| {
            let number = |value: f64| Adaptive::<S>::new(value, precision);
            let mut values = Vec::new();
            let graph = &self.function.graph;
            evaluate(graph, &self.order, |op| leaf(graph, op, case, number), &mut values);
            values[root.index()].number()
        };
        let result = run(Precision::Extended).filter(|number| number.is_settled());
        result.or_else(|| run(Precision::Deep)).map_or(f64::NAN, |number| number.to_element().into())
    }

    /// All nodes in 384 bits; with every rounding moved at random, but on the same pieces, beside what they are `plain`.
    fn deep<S: Float>(&self, case: &Case<S>, plain: Option<&[Value<Deep<S>>]>) -> Vec<Value<Deep<S>>> {
        let graph = &self.function.graph;
        let mut random = Random::new();
        let mut values = vec![Value::Opaque; graph.nodes().len()];
        for &id in &self.order {
            let value = step(graph, id, &|op| leaf(graph, op, case, Deep::from_f64), &values);
            values[id.index()] = match (plain, value) {
                (Some(plain), _) if decides(graph.op(id)) => plain[id.index()],
                (Some(_), Value::Number(number)) if rounds(graph.op(id)) => {
                    let nudge = (random.next() - 0.5) * 2.0_f64.powi(-370);
                    Value::Number(number + number * Deep::from_f64(nudge))
                }
                _ => value,
            };
        }
        values
    }

    /// The sum that loses most of its bits, and the exponent of its terms.
    fn worst_sum<S: Float>(&self, values: &[Value<Deep<S>>]) -> Option<(Id, f64)> {
        let exponent = |id: Id| values[id.index()].number().map_or(f64::NEG_INFINITY, Deep::exponent);
        let term = |id: Id| exponent(self.function.graph.arguments(id)[0]);
        let lost = |id: Id| term(id) - exponent(id);
        let worst = self.sums.iter().copied().max_by(|&a, &b| lost(a).total_cmp(&lost(b)))?;
        Some((worst, term(worst)))
    }
}

/// The inputs, the parameters and the constants.
fn leaf<S: Float, R: Arith>(graph: &Graph, op: Op, case: &Case<S>, number: impl Fn(f64) -> R) -> Option<R> {
    match op {
        Op::Input(n) => Some(number(case.x[n as usize].into())),
        Op::Constant(bits) => Some(number(0.0).constant(f64::from_bits(bits))),
        op => graph.given(op, &case.parameters).map(|&value| number(value.into())),
    }
}

/// Whether a truth leaves open what it is.
pub(super) fn is_unknown<S: Element>(ball: &Ball<S>) -> bool {
    ball.error >= (ball.value.exponent() - KNOWN).max(NEGLIGIBLE)
}

/// Whether two results have less than a few bits in common.
fn is_far<S: Element>(a: Deep<S>, b: Deep<S>) -> bool {
    let size = if a.abs() > b.abs() { a.abs() } else { b.abs() };
    let error = (a - b).abs();
    !(error.scale(KNOWN) <= size || error.exponent() < NEGLIGIBLE)
}

/// Whether an operation decides which piece a point is on.
fn decides(op: Op) -> bool {
    match op {
        Op::Compare(_) | Op::And | Op::Or | Op::Not | Op::Truth(_) => true,
        Op::Apply(primitive) => primitive.is_step(),
        _ => false,
    }
}

/// Whether the result of an operation has to be rounded.
fn rounds(op: Op) -> bool {
    use Primitive::{Abs, Copysign, Max, Min};
    match op {
        Op::Apply(primitive) => !matches!(primitive, Abs | Copysign | Max | Min),
        Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Powi(_) => true,
        _ => false,
    }
}
