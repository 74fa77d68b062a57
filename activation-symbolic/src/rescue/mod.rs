//! Judges the value and the derivatives beside the truth, and finds masks for what floats can't do.
//!
//! ```text
//!   sample     where to look: zeros, subnormals, every magnitude, the seams, and between good and bad
//!   target     what the results should be, and what is tolerated
//!   adjoint    what is tolerated, and what rounding errors may add up to
//!   case       a point, and what came out there
//!   neighbours which points are next to each other
//!   judgement  all of them, and what each node was there
//!   judge      each point: the kernel in floats beside the truth
//!   polynomial what takes its place where rounding errors are too large on a short interval
//!   predicate  what a kernel can see of its own trouble: overflow, underflow, sums that cancelled
//!   unmended   what is wrong still
//!   unseen     what can't be judged, as it calls other kernels
//!   mod        the cheapest predicates that are set wherever floats are wrong
//! ```
//!
//! A lane in the mask is computed again by the same kernel: in [`Bounded`](activation_runtime::bounded::Bounded)
//! numbers for f32, in [`Adaptive`](activation_runtime::adaptive::Adaptive) ones where those don't suffice. The
//! predicates are made of nodes that the kernel computes anyway.

mod adjoint;
mod batch;
mod case;
mod estimate;
mod judge;
mod judgement;
mod neighbours;
mod polynomial;
mod predicate;
mod sample;
mod target;
mod unmended;
mod unseen;

use std::ops::Range;

use crate::diagnostic::Diagnostics;
use crate::format::{Notation, format};
use crate::function::{Element, Function};
use crate::fuse::Fused;
use crate::graph::{Graph, Id, Op};
use crate::primitive::Primitive;
use crate::share;
use case::Case;
use judge::Judge;
use judgement::Judgement;
use polynomial::Polynomial;
use predicate::{Predicate, Stakes};
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
/// denies it. The value, and the derivatives, are taken from the first of the `forms` in which they are right
/// everywhere, or else from the last. What else is computed are the `others`.
pub fn rescue(function: &mut Function, forms: &[Vec<Id>], others: &[Id], errors: &mut Diagnostics) -> Rescue {
    // Over all that may be computed: what is added but once there is added but once in any part of it.
    let all = [&forms.concat(), others].concat();
    function.fused = Fused::plan(&function.graph, &all);
    match function.signature.element {
        Element::F32 => masks::<f32>(function, forms, &all, errors),
        Element::F64 => masks::<f64>(function, forms, &all, errors),
    }
}

/// The mask that is set wherever one of the derivatives with respect to the parameters is wrong. What isn't to be mended
/// there is left as it is: the function itself may be of use with these parameters fixed.
pub fn rescue_parameters(function: &mut Function, roots: &[Id]) -> Option<Id> {
    match function.signature.element {
        _ if roots.is_empty() => None,
        _ if !is_judged(function, roots) => unseen::mask(function, roots),
        Element::F32 => mask_of_all::<f32>(function, roots),
        Element::F64 => mask_of_all::<f64>(function, roots),
    }
}

fn mask_of_all<S: Float>(function: &mut Function, roots: &[Id]) -> Option<Id> {
    let judgement = Judge::<S>::new(function, roots).brief().judge(|_| false);
    let errors: Vec<f64> = judgement.errors(&(0..roots.len())).iter().map(|error| error / TERMS).collect();
    let found = mask(function, roots, 0..roots.len(), &judgement, &errors);
    if found.mask.is_some() {
        function.facts.notes.push(note("gradient of the parameters", &found.condition));
    }
    found.mask
}

fn masks<S: Float>(
    function: &mut Function,
    forms: &[Vec<Id>],
    all: &[Id],
    errors: &mut Diagnostics,
) -> Rescue {
    let Some(last) = forms.last() else { return Rescue::default() };
    if !is_judged(function, last) {
        let [value, derivative] = [0..1, 1..last.len()].map(|part| unseen::mask(function, &last[part]));
        return Rescue { roots: last.clone(), value, derivative };
    }
    let parts = [0..1, 1..last.len()];
    // Which form each part is taken from.
    let mut form = [0; 2];
    // One that polynomials mend, to come back to unless the next is right without.
    let (mut mendable, mut settled) = ([None; 2], [false; 2]);
    let (mut taken, judgement, mended) = loop {
        let taken = [&forms[form[0]][parts[0].clone()], &forms[form[1]][parts[1].clone()]].concat();
        let next = [0, 1].map(|i| {
            let differs = |other: &Vec<Id>| other[parts[i].clone()] != taken[parts[i].clone()];
            (form[i]..forms.len()).find(|&other| differs(&forms[other]))
        });
        // A form that nothing can mend needs to be wrong but once.
        let ends =
            [0, 1].map(|i| next[i].is_some() && !polynomial::is_fit::<S>(function, &taken[parts[i].clone()]));
        let judgement = Judge::<S>::new(function, &taken).judge(|case| {
            parts.iter().zip(ends).any(|(part, ends)| ends && is_wrong(case, case.error(part.clone())))
        });
        let mended = parts.clone().map(|part| mend(function, &taken[part.clone()], part, &judgement));
        let before = form;
        for (i, (part, mended)) in parts.iter().zip(&mended).enumerate() {
            let mut errors = judgement.cases.iter().zip(&mended.errors);
            let still_wrong = errors.any(|(case, &error)| is_wrong(case, error));
            let polynomials: usize = mended.polynomials.iter().map(Polynomial::cost).sum();
            let cost = |roots: &[Id]| share::cost(&function.graph, &roots[part.clone()]);
            if let Some(cheaper) = mendable[i].take_if(|_| still_wrong || polynomials > 0) {
                (form[i], settled[i]) = (cheaper, true);
            } else if let Some(next) = next[i].filter(|_| !settled[i]) {
                let dear = polynomials > 0 && cost(&taken) + polynomials >= cost(&forms[next]);
                if dear && !still_wrong {
                    mendable[i] = Some(form[i]);
                }
                if dear || still_wrong {
                    form[i] = next;
                }
            }
        }
        if form == before {
            break (taken, judgement, mended);
        }
    };
    let mut found = [0, 1].map(|i| mask(function, &taken, parts[i].clone(), &judgement, &mended[i].errors));
    // What a constant is that is named by path, only rustc knows: nothing is refused for what it might be.
    if function.signature.settings.lints.unstable && function.graph.externals.is_empty() {
        for (found, part) in found.iter_mut().zip(parts.clone()) {
            found.ruin = unmended::ruin(function, &taken, part, &judgement, &found.open);
        }
    }
    report(function, &found, errors);
    // In wider numbers there are no polynomials, but the masks that would be needed without them.
    for i in (0..2).filter(|&i| !mended[i].polynomials.is_empty()) {
        let errors = judgement.errors(&parts[i]);
        if let Some(mask) = mask(function, &taken, parts[i].clone(), &judgement, &errors).mask {
            let wide = function.graph.node(Op::Wide, &[]);
            let mask = function.graph.and(mask, wide);
            found[i].mask = Some(found[i].mask.map_or(mask, |other| function.graph.or(other, mask)));
        }
    }
    for ((part, mended), what) in parts.iter().zip(&mended).zip(PARTS) {
        for polynomial in &mended.polynomials {
            function.facts.notes.push(std::format!("the {what} in f32 is {polynomial}"));
            taken[part.start] = polynomial.select(function, taken[part.start]);
        }
    }
    function.fused = Fused::plan(&function.graph, &[all, &taken].concat());
    let [value, derivative] = found.map(|found| found.mask);
    Rescue { roots: taken, value, derivative }
}

/// What a kernel computes.
const PARTS: [&str; 2] = ["value", "derivative"];

/// Whether an error speaks against a form. Overflow far out doesn't: a mask that hardly costs anything sees that.
fn is_wrong<S: Float>(case: &Case<S>, error: f64) -> bool {
    error > WRONG && (case.is_near() || error.is_finite())
}

/// A part of the roots with polynomials where it was wrong.
struct Mended {
    polynomials: Vec<Polynomial>,
    /// The errors that are left.
    errors: Vec<f64>,
}

fn mend<S: Float>(function: &Function, roots: &[Id], part: Range<usize>, judgement: &Judgement<S>) -> Mended {
    let cases = &judgement.cases;
    let errors = judgement.errors(&part);
    if errors.iter().all(|&error| error <= WRONG) {
        return Mended { polynomials: Vec::new(), errors };
    }
    let beyond = |bound: f64| -> Vec<f64> {
        let cases = cases.iter().zip(&errors).filter(|(_, error)| **error > bound && error.is_finite());
        cases.map(|(case, _)| case.x[0].into()).collect()
    };
    let wrong = beyond(WRONG);
    let mut suspect = if wrong.is_empty() { Vec::new() } else { beyond(SUSPECT) };
    suspect.retain(|x| wrong.iter().any(|wrong| (x - wrong).abs() <= wrong.abs() / 2.0));
    let mut polynomials = polynomial::fit::<S>(function, roots, &suspect);
    if polynomials.is_empty() {
        polynomials = polynomial::fit::<S>(function, roots, &wrong);
    }
    if polynomials.is_empty() {
        return Mended { polynomials, errors };
    }
    let mended: Vec<f64> = (cases.iter().zip(&errors))
        .map(|(case, &error)| {
            match polynomials.iter().find(|polynomial| polynomial.covers(case.x[0].into())) {
                Some(polynomial) => judgement.error_of(case, part.start, polynomial.evaluate(case.x[0])),
                None => error,
            }
        })
        .collect();
    // A polynomial knows nothing of a branch that is taken at a few points only.
    if mended.iter().zip(&errors).any(|(mended, error)| *mended > WRONG && mended > error) {
        return Mended { polynomials: Vec::new(), errors };
    }
    Mended { polynomials, errors: mended }
}

/// The mask of the value or of the derivatives, and what there is to say of it.
#[derive(Default)]
struct Found {
    mask: Option<Id>,
    /// The condition under which it is set.
    condition: String,
    /// Where it is set although activations live there.
    slow: Option<String>,
    /// Whether it leaves a point open that is wrong.
    open: Vec<bool>,
    /// Where nothing helped.
    ruin: Option<Ruin>,
}

/// Notes where the masks are set, and reports what the author doesn't want: one error for the value and the derivatives
/// together.
fn report(function: &mut Function, found: &[Found; 2], errors: &mut Diagnostics) {
    let named = || PARTS.into_iter().zip(found);
    for (what, found) in named().filter(|(_, found)| found.mask.is_some()) {
        function.facts.notes.push(note(what, &found.condition));
    }
    let lints = function.signature.settings.lints;
    let token = |id| function.place(id);
    if let Some((what, ruin)) = named().find_map(|(what, found)| Some((what, found.ruin.as_ref()?))) {
        errors.error(
            token(ruin.node),
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
            token(function.written),
            std::format!(
                "slow: the {what} has to be computed again in extended precision at {place}, which takes many times as long; \
                 write a form that rounds less (`explain` says where), or drop `deny(slow)`"
            ),
        );
    }
}

fn note(what: &str, condition: &str) -> String {
    std::format!("the {what} is computed again in extended precision where {condition}")
}

/// Whether all that `roots` are computed from is known here.
fn is_judged(function: &Function, roots: &[Id]) -> bool {
    let graph = &function.graph;
    let opaque = |op| matches!(op, Op::Call { .. } | Op::Reduce(_) | Op::Length);
    !function.signature.rows && !graph.topological(roots).iter().any(|&id| opaque(graph.op(id)))
}

/// The mask that is set wherever one of a `part` of the roots is wrong.
fn mask<S: Float>(
    function: &mut Function,
    roots: &[Id],
    part: Range<usize>,
    judgement: &Judgement<S>,
    errors: &[f64],
) -> Found {
    let roots = &roots[part];
    let cases = &judgement.cases;
    let (mut predicates, mut open) = cover(function, roots, judgement, errors);
    // What overflows on the way does so between the points that were looked at as well, unless the result was seen to
    // be finite and right beyond that.
    for &root in roots {
        let graph = &function.graph;
        let overflows = |id: Id| !judgement.is_finite(id);
        let result = judgement.column(root);
        let harms = |id: Id| {
            let beyond = judgement.column(id).iter().enumerate().filter(|(_, value)| !value.is_finite());
            let (mut beyond, mut seen) = (beyond.map(|(i, _)| i), false);
            beyond.any(|i| {
                seen |= result[i].is_finite();
                errors[i] > WRONG
            }) || !seen
        };
        let handed_on = handed_on(graph, root);
        let inner = graph
            .topological(&[root])
            .into_iter()
            .filter(|&id| !handed_on.contains(&id) && !graph.is_mask(id));
        if overflows(root) && inner.into_iter().any(|id| overflows(id) && harms(id)) {
            predicates.retain(|&other| other != Predicate::Overflow(root));
            predicates.push(Predicate::Overflow(root));
            open.iter_mut().zip(judgement.column(root)).for_each(|(open, value)| *open &= value.is_finite());
        }
    }
    for divisor in divisors(&function.graph, roots) {
        let column = judgement.column(divisor);
        let beyond = |i: usize| !column[i].is_finite();
        // What is divided overflows farther out: between, the quotient is zero.
        let is_finite = |i: usize| roots.iter().any(|&root| judgement.column(root)[i].is_finite());
        let mut indices = (0..column.len()).filter(|&i| beyond(i)).peekable();
        if indices.peek().is_some() && !indices.any(is_finite) {
            let found = Predicate::Overflow(divisor);
            if !predicates.contains(&found) {
                predicates.push(found);
            }
        }
    }
    let mut mask = None;
    for predicate in predicates {
        let id = predicate.node(&mut function.graph);
        mask = Some(mask.map_or(id, |mask| function.graph.or(mask, id)));
    }
    let Some(mask) = mask else { return Found { open, ..Found::default() } };
    let known = function.graph.externals.is_empty();
    let near = cases
        .iter()
        .zip(errors)
        .find(|(case, error)| known && **error > WRONG && case.is_near() && case.is_meant(function));
    Found {
        mask: Some(mask),
        condition: format(&function.graph, mask, &function.signature, Notation::Text),
        slow: near.map(|(case, _)| case.place(function)),
        open,
        ruin: None,
    }
}

/// What the roots are divided by.
fn divisors(graph: &Graph, roots: &[Id]) -> Vec<Id> {
    let divisor = |&root: &Id| match graph.view(root) {
        (Op::Div, &[_, divisor]) => Some(divisor),
        _ => None,
    };
    let handed_on = roots.iter().flat_map(|&root| handed_on(graph, root));
    handed_on.collect::<Vec<Id>>().iter().filter_map(divisor).collect()
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
    let mut open: Vec<bool> = errors.iter().map(|&error| error > WRONG).collect();
    let mut left: Vec<usize> = (0..open.len()).filter(|&i| open[i]).collect();
    if left.is_empty() {
        return (chosen, open);
    }
    let bounds = function.signature.parameters.is_empty() && function.graph.externals.is_empty();
    let candidates = predicate::candidates(&function.graph, roots, judgement, &left, bounds);
    let stakes = Stakes::new(&judgement.cases, errors);
    while !left.is_empty() && chosen.len() < 6 {
        let Some(best) = predicate::best(&candidates, &stakes, &left) else { break };
        let mut worst: f64 = 0.0;
        left.retain(|&i| {
            let covered = best.scores[i] >= best.threshold;
            worst = worst.max(if covered { errors[i] } else { 0.0 });
            !covered
        });
        // The noise of many roundings is everywhere: not worth computing everything again.
        let harmless = if worst > GROSS { 0.05 } else { 0.5 };
        if worst > HOPELESS || best.purity > harmless {
            open.iter_mut().zip(best.scores).for_each(|(open, score)| *open &= *score < best.threshold);
            chosen.push(best.predicate);
        }
    }
    (chosen, open)
}

/// The error that is not left as it is, in units of what is tolerated: less than one, since there are other points
/// than those that were looked at.
const WRONG: f64 = 0.75;
/// How much more is tolerated of the terms of a sum than of a result: most of their rounding errors cancel there.
const TERMS: f64 = 2.0;
/// The error from which on others may be wrong that were not looked at, in the neighbourhood of one that is.
const SUSPECT: f64 = 0.55;
/// The error from which on nothing is too costly.
const HOPELESS: f64 = 3.0;
/// The error that is not accepted unless many right results had to be computed again for it.
const GROSS: f64 = 1.0;
/// The error up to which a result is as it should be: to compute it again is a waste.
const FINE: f64 = 0.5;
