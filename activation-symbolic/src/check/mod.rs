//! Refuses what isn't differentiable, and only with a counterexample in hand; finds out the rest of the facts.
//!
//! ```text
//!   interval   the carrier that can prove something: outward-rounded intervals
//!   truth      its conditions: yes, no, maybe
//!   probe      the function along a line: its nodes at a point, and which of them are live
//!   explore    where to look at it
//!   domain     a logarithm of −1, a pole, an infinite slope
//!   touch      a divisor that comes down to zero and goes back
//!   breaks     where a branch, max, min or abs changes sides
//!   jumps      the value differs from side to side
//!   kinks      the slope differs from side to side
//!   range      the hull of the values
//! ```
//!
//! All of it sees the function as a function of one number: several inputs are probed along lines through special
//! points. A parameter stands at its default; without one it is tried at several values, and only what is wrong
//! with all of them is refused.

mod breaks;
mod domain;
mod explore;
pub mod interval;
mod jumps;
mod kinks;
mod probe;
mod range;
mod touch;
pub mod truth;

use crate::diagnostic::Diagnostics;
use crate::function::Function;
use crate::graph::{Id, Op};
use probe::Probe;
pub(crate) use probe::ascii;

/// At how many more values of the parameters what nobody denies is looked at.
const ENOUGH: usize = 2;

/// Something wrong with the function: one token, one error.
struct Offence {
    /// The node that is to blame; the same offence at other parameters blames the same node.
    node: Id,
    /// Where, along the line that was looked at.
    at: f64,
    /// What, where and why, and the way out.
    message: String,
}

/// Checks the function as written, whose derivatives are `partials` (one for each input), and records the facts.
pub fn check(function: &mut Function, partials: &[Id], errors: &mut Diagnostics) {
    if function.signature.rows {
        return;
    }
    let own = function.own_derivative;
    let settings = parameter_settings(function);
    let roots: Vec<Id> = std::iter::once(function.written).chain(own).collect();
    let opaque = roots.iter().chain(partials).any(|&root| {
        function.graph.depends(root, |op| matches!(op, Op::External(_) | Op::Call { .. } | Op::Reduce(_)))
    });

    let mut found: Option<[Vec<Offence>; 3]> = None;
    let mut smooth = true;
    let mut facts = std::mem::take(&mut function.facts);
    let lints = function.signature.settings.lints;
    for (turn, parameters) in settings.iter().enumerate() {
        let mut offences: [Vec<Offence>; 3] = Default::default();
        let lines = probe::lines(function.signature.inputs.len());
        for line in &lines {
            let probe = Probe::new(function, &roots, line.clone(), lines.len(), parameters);
            merge(function, &mut offences[0], domain::offences(&probe, partials));
            if own.is_some() {
                continue;
            }
            let breaks = breaks::breaks(&probe);
            smooth &= breaks.is_empty();
            let (mut jumps, kinks) = (jumps::jumps(&probe, &breaks), kinks::kinks(&probe, partials, &breaks));
            // What is undefined there has been said to be so.
            let undefined =
                |at| function.signature.settings.lints.domain && offences[0].iter().any(|o| o.at == at);
            jumps.retain(|jump| !undefined(jump.at));
            merge(function, &mut offences[1], jumps);
            merge(function, &mut offences[2], kinks.iter().map(|kink| kink.offence(&probe)).collect());
            if settings.len() == 1 && partials.len() == 1 {
                let token = |node| function.graph.place(node);
                facts.kinks =
                    kinks.iter().map(|kink| (kink.x, kink.left, kink.right, token(kink.node))).collect();
                facts.range = range::range(&probe);
            }
            if partials.len() == 1 && facts.holes.is_empty() {
                let holes = domain::holes(&probe, partials).into_iter();
                facts.holes = holes.map(|x| (x, parameters.clone())).collect();
            }
        }
        // What isn't wrong with these parameters isn't known to be wrong.
        found = Some(match found {
            None => offences,
            Some(mut known) => {
                for (known, now) in known.iter_mut().zip(&offences) {
                    known.retain(|offence| now.iter().any(|other| other.node == offence.node));
                }
                known
            }
        });
        // The rest is for what would be refused.
        let left = |denied: [bool; 3]| {
            found.iter().flatten().zip(denied).any(|(offences, denied)| denied && !offences.is_empty())
        };
        if !left([true; 3]) || (turn >= ENOUGH && !left([lints.domain, lints.jumps, lints.kinks])) {
            break;
        }
    }

    let [domain, jumps, kinks] = found.unwrap_or_default();
    facts.jumps = !jumps.is_empty();
    facts.smooth = smooth && !opaque && own.is_none();
    facts.analysed = !opaque && own.is_none() && (settings.len() == 1 || smooth);
    facts.notes.push(summary(&domain, &jumps, &kinks, opaque, own.is_some()));
    function.facts = facts;
    let denied = [(lints.domain, domain), (lints.jumps, jumps), (lints.kinks, kinks)];
    for offence in denied.into_iter().filter(|(denied, _)| *denied).flat_map(|(_, offences)| offences) {
        errors.error(function.place(offence.node), offence.message);
    }
}

/// What was looked for, and whether it was found: a line for `explain`.
fn summary(domain: &[Offence], jumps: &[Offence], kinks: &[Offence], opaque: bool, own: bool) -> String {
    let mut found =
        vec![if domain.is_empty() { "defined wherever it was looked at" } else { "undefined somewhere" }];
    if own {
        found.push("derivative as given");
    } else {
        found.push(if jumps.is_empty() { "no jumps" } else { "jumps" });
        found.push(if kinks.is_empty() { "no kinks" } else { "kinks" });
    }
    if opaque {
        found.push("what it calls or names by path taken on trust");
    }
    format!("checks: {}", found.join(", "))
}

/// Adds what blames a token that isn't blamed yet.
fn merge(function: &Function, known: &mut Vec<Offence>, new: Vec<Offence>) {
    let token = |offence: &Offence| format!("{:?}", function.place(offence.node));
    for offence in new {
        if !known.iter().any(|other| token(other) == token(&offence)) {
            known.push(offence);
        }
    }
}

/// The values of the parameters to look at: the defaults; what has none takes several values in turn.
fn parameter_settings(function: &Function) -> Vec<Vec<f64>> {
    const TRIED: [f64; 9] = [0.5, 1.0, 2.0, 0.25, 1.5, 0.9, -0.3, 3.0, 0.1];
    let parameters = &function.signature.parameters;
    let defaults: Vec<Option<f64>> =
        parameters.iter().map(|p| p.default.as_ref().and_then(|&(_, value)| value)).collect();
    let turns = if defaults.iter().all(Option::is_some) { 1 } else { TRIED.len() };
    let turn = |turn: usize| {
        let value =
            |(i, default): (usize, &Option<f64>)| default.unwrap_or(TRIED[(turn + 2 * i) % TRIED.len()]);
        defaults.iter().enumerate().map(value).collect()
    };
    (0..turns).map(turn).collect()
}
