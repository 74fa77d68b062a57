//! Judges the value and the derivatives beside the truth, and finds masks for what floats can't do.
//!
//! ```text
//!   sample     where to look: zeros, subnormals, every magnitude, the seams, and between good and bad
//!   judge      each point: the kernel in floats beside the truth
//!   predicate  what a kernel can see of its own trouble: overflow, underflow, sums that cancelled
//!   unmended   what is wrong still
//!   mod        the cheapest predicates that are set wherever floats are wrong
//! ```
//!
//! A lane in the mask is computed again by the same kernel: in [`Bounded`](activation_runtime::bounded::Bounded)
//! numbers for f32, in [`Adaptive`](activation_runtime::adaptive::Adaptive) ones where those don't suffice. The
//! predicates are made of nodes that the kernel computes anyway.

mod batch;
mod estimate;
mod judge;
mod predicate;
mod sample;
mod unmended;

use std::ops::Range;

use crate::diagnostic::Diagnostics;
use crate::format::{Notation, format};
use crate::function::{Element, Function};
use crate::graph::{Graph, Id, Op};
use crate::primitive::Primitive;
use judge::{Case, Judge, Judgement};
use predicate::Predicate;
use sample::Float;
use unmended::Ruin;

/// What is computed, and where it has to be computed again in extended precision.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Rescue {
    /// The value, followed by the derivatives.
    pub roots: Vec<Id>,
    /// The mask for the value.
    pub value: Option<Id>,
    /// The mask for the derivatives.
    pub derivative: Option<Id>,
}

/// Looks for inputs at which the first of `roots`, the value, or one of the others, the derivatives, is wrong in the
/// element type, and makes masks that are set there. Says so in the function's notes, and as errors where the author
/// denies it. The value, and the derivatives, are taken from `cheaper` where these are right everywhere.
pub fn rescue(function: &mut Function, roots: &[Id], cheaper: &[Id], errors: &mut Diagnostics) -> Rescue {
    match function.signature.element {
        Element::F32 => masks::<f32>(function, roots, cheaper, errors),
        Element::F64 => masks::<f64>(function, roots, cheaper, errors),
    }
}

fn masks<S: Float>(
    function: &mut Function,
    roots: &[Id],
    cheaper: &[Id],
    errors: &mut Diagnostics,
) -> Rescue {
    if !is_judged(function, roots) {
        return Rescue { roots: roots.to_vec(), ..Rescue::default() };
    }
    let parts = [0..1, 1..roots.len()];
    let mut taken = cheaper.to_vec();
    // Overflow far out doesn't speak against a form: a mask that hardly costs anything sees that.
    let is_wrong = |taken: &[Id], case: &Case<S>| {
        parts.clone().map(|part| {
            let error = case.error(part.clone());
            taken[part.clone()] != roots[part] && error > WRONG && (case.is_near() || error.is_finite())
        })
    };
    let judgement = loop {
        let judgement =
            Judge::<S>::new(function, &taken).judge(|case| is_wrong(&taken, case).contains(&true));
        let mut wrong = [false; 2];
        for case in &judgement.cases {
            let found = is_wrong(&taken, case);
            (0..2).for_each(|i| wrong[i] |= found[i]);
        }
        if wrong == [false; 2] {
            break judgement;
        }
        for (part, _) in parts.iter().zip(wrong).filter(|(_, wrong)| *wrong) {
            taken[part.clone()].copy_from_slice(&roots[part.clone()]);
        }
    };
    let found = parts.map(|part| mask(function, &taken, part, &judgement));
    report(function, &found, errors);
    let [value, derivative] = found.map(|found| found.mask);
    Rescue { roots: taken, value, derivative }
}

/// The mask of the value or of the derivatives, and what there is to say of it.
#[derive(Default)]
struct Found {
    mask: Option<Id>,
    /// The condition under which it is set.
    condition: String,
    /// Where it is set although activations live there.
    slow: Option<String>,
    /// Where nothing helped.
    ruin: Option<Ruin>,
}

/// Notes where the masks are set, and reports what the author doesn't want: one error for the value and the derivatives
/// together.
fn report(function: &mut Function, found: &[Found; 2], errors: &mut Diagnostics) {
    let named = || ["value", "derivative"].into_iter().zip(found);
    for (what, found) in named().filter(|(_, found)| found.mask.is_some()) {
        let note =
            std::format!("the {what} is computed again in extended precision where {}", found.condition);
        function.facts.notes.push(note);
    }
    let lints = function.signature.settings.lints;
    let span = |id| function.graph.span(id).unwrap_or_else(|| function.signature.item.sig.ident.span());
    if let Some((what, ruin)) = named().find_map(|(what, found)| Some((what, found.ruin.as_ref()?))) {
        errors.error(
            span(ruin.node),
            std::format!(
                "unstable: the {what} {}; write a form in which large terms don't cancel (by exp_m1, ln_1p, hypot, \
                 sigmoid, softplus, or by expanding it on paper), or state `#[activation(allow(unstable))]`",
                ruin.message
            ),
        );
    } else if let Some((what, place)) = named().find_map(|(what, found)| Some((what, found.slow.as_ref()?)))
        && lints.slow
    {
        errors.error(
            span(function.written),
            std::format!(
                "slow: the {what} has to be computed again in extended precision at {place}, which takes many times as long; \
                 write a form that rounds less (`explain` says where), or drop `deny(slow)`"
            ),
        );
    }
}

/// Whether all that `roots` are computed from is known here.
fn is_judged(function: &Function, roots: &[Id]) -> bool {
    let graph = &function.graph;
    let opaque = |op| matches!(op, Op::Call { .. } | Op::External(_) | Op::Reduce(_) | Op::Length);
    !function.signature.rows && !graph.topological(roots).iter().any(|&id| opaque(graph.op(id)))
}

/// The mask that is set wherever one of a `part` of the roots is wrong.
fn mask<S: Float>(
    function: &mut Function,
    roots: &[Id],
    part: Range<usize>,
    judgement: &Judgement<S>,
) -> Found {
    let all = roots;
    let roots = &roots[part.clone()];
    let cases = &judgement.cases;
    let errors_found: Vec<f64> = cases.iter().map(|case| case.error(part.clone())).collect();
    let (mut predicates, mut open) = cover(function, roots, judgement, &errors_found);
    // What overflows on the way does so between the points that were looked at as well.
    for &root in roots {
        let graph = &function.graph;
        let overflows = |id: Id| judgement.column(id).iter().any(|value| !value.is_finite());
        let handed_on = handed_on(graph, root);
        let inner = graph
            .topological(&[root])
            .into_iter()
            .filter(|&id| !handed_on.contains(&id) && !graph.is_mask(id));
        if overflows(root) && inner.into_iter().any(overflows) {
            predicates.retain(|&other| other != Predicate::Overflow(root));
            predicates.push(Predicate::Overflow(root));
            open.iter_mut().zip(judgement.column(root)).for_each(|(open, value)| *open &= value.is_finite());
        }
    }
    let mut mask = None;
    for predicate in predicates {
        let id = predicate.node(&mut function.graph);
        mask = Some(mask.map_or(id, |mask| function.graph.or(mask, id)));
    }
    let unstable = function.signature.settings.lints.unstable;
    let ruin = unstable.then(|| unmended::ruin(function, all, part, judgement, &open)).flatten();
    let Some(mask) = mask else { return Found { ruin, ..Found::default() } };
    let near = cases.iter().zip(&errors_found).find(|(case, error)| **error > WRONG && case.is_near());
    Found {
        mask: Some(mask),
        condition: format(&function.graph, mask, &function.signature, Notation::Text),
        slow: near.map(|(case, _)| case.place(function)),
        ruin,
    }
}

/// The nodes whose values a root may be, but for their sign.
fn handed_on(graph: &Graph, root: Id) -> Vec<Id> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        next += 1;
        let (op, arguments) = graph.view(id);
        match op {
            Op::Select => found.extend(&arguments[1..]),
            Op::Neg | Op::Apply(Primitive::Abs | Primitive::Max | Primitive::Min) => found.extend(arguments),
            _ => {}
        }
    }
    found
}

/// Predicates that together hold wherever a root is wrong, and in few other cases; and where they don't.
fn cover<S: Float>(
    function: &Function,
    roots: &[Id],
    judgement: &Judgement<S>,
    errors: &[f64],
) -> (Vec<Predicate>, Vec<bool>) {
    let mut chosen = Vec::new();
    let mut left: Vec<bool> = errors.iter().map(|&error| error > WRONG).collect();
    let mut open = left.clone();
    if !left.contains(&true) {
        return (chosen, open);
    }
    let wrong: Vec<usize> = (0..left.len()).filter(|&i| left[i]).collect();
    let bounds = function.signature.parameters.is_empty();
    let candidates = predicate::candidates(&function.graph, roots, judgement, &wrong, bounds);
    while left.contains(&true) && chosen.len() < 6 {
        let choices =
            candidates.iter().filter_map(|candidate| candidate.best(&judgement.cases, errors, &left));
        let Some(best) = choices.max_by(|a, b| a.merit.total_cmp(&b.merit)) else { break };
        let mut worst: f64 = 0.0;
        for ((left, score), error) in left.iter_mut().zip(best.scores).zip(errors) {
            let covered = *score >= best.threshold;
            worst = worst.max(if covered && *left { *error } else { 0.0 });
            *left &= !covered;
        }
        // The noise of many roundings is everywhere: not worth computing everything again.
        let harmless = if worst > GROSS { 0.3 } else { 0.5 };
        if worst > HOPELESS || best.merit > harmless {
            open.iter_mut().zip(best.scores).for_each(|(open, score)| *open &= *score < best.threshold);
            chosen.push(best.predicate);
        }
    }
    (chosen, open)
}

/// The error that is not left as it is, in units of what is tolerated: less than one, since there are other points
/// than those that were looked at.
const WRONG: f64 = 0.75;
/// The error from which on nothing is too costly.
const HOPELESS: f64 = 3.0;
/// The error that is not accepted unless many right results had to be computed again for it.
const GROSS: f64 = 1.0;
/// The error up to which a result is as it should be: to compute it again is a waste.
const FINE: f64 = 0.5;
