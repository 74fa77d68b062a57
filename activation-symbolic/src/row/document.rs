//! What rustdoc and `INFO` say of a function of rows.

use super::calls::{self, Kind};
use super::{Derived, upstream};
use crate::document::{author, plain};
use crate::format::{Notation, format};
use crate::function::{Function, Signature};
use crate::graph::{Id, Op, Reduction};

/// The value and the gradient with respect to each input, as text.
pub(super) fn formulas(derived: &Derived, names: &Signature, notation: Notation) -> Vec<String> {
    derived.shown.iter().map(|&id| format(&derived.builder.graph, id, names, notation)).collect()
}

/// What gradients name that callees give, and what that is, as text.
pub(super) fn pulled(derived: &Derived, names: &Signature, notation: Notation) -> Vec<[String; 2]> {
    let mut b = derived.builder.clone();
    let mut found = Vec::new();
    for n in calls::needed(&b, &derived.shown[1..]) {
        let call = b.calls[n].clone();
        if call.kind != Kind::Pullback {
            continue;
        }
        let mut write = |&id: &Id| {
            let joined = calls::joined(&mut b, id);
            format(&b.graph, joined, names, notation)
        };
        let results: Vec<String> = call.results.iter().map(&mut write).collect();
        let weight = write(&call.weights[0]);
        let callee = &derived.builder.graph.callees[call.callee as usize];
        let given: Vec<String> = call.written.iter().chain(&callee.parameters).map(&mut write).collect();
        let (results, given, name) = (results.join(", "), given.join(", "), callee.name());
        let several = call.results.len() > 1;
        found.push(match notation {
            Notation::Latex => [
                if several { format!(r"\left({results}\right)") } else { results },
                format!(
                    r"J_{{\mathrm{{{}}}}}\left({given}\right)^{{\top}} \cdot \left({weight}\right)",
                    name.replace('_', r"\_")
                ),
            ],
            Notation::Text => [
                if several { format!("({results})") } else { results },
                format!(
                    "J_{name}({given})ᵀ · {}",
                    if weight.contains(' ') { format!("({weight})") } else { weight }
                ),
            ],
        });
    }
    found
}

/// The variant of `Saves`, and how to say it.
pub(super) fn saves(derived: &Derived) -> (&'static str, &'static str) {
    let gradient = upstream(derived.pullback.len());
    let is_row = |op| matches!(op, Op::Input(_)) && op != gradient;
    if !derived.pullback.iter().any(|&root| derived.builder.graph.depends(root, is_row)) {
        return ("Nothing", "nothing: the function is linear");
    }
    match derived.from_output {
        Some(from) if from.as_accurate => ("Output", "the output alone"),
        Some(_) => ("InputOrOutput", "the input, or the output at a loss of accuracy where it saturates"),
        None => ("Input", "the input"),
    }
}

/// The doc lines of the struct: the author's, then value, vector–Jacobian product and what is particular to it.
pub(super) fn lines(function: &Function, derived: &Derived, names: &Signature) -> Vec<String> {
    let mut lines = author(function);
    if lines.is_empty() {
        lines.push(format!(" The row function [`{0}`](fn@{0}).", plain(&function.signature.item.sig.ident)));
    }
    lines.push(String::new());
    let formulas = formulas(derived, names, Notation::Text);
    lines.push(format!(" * value: `{}`", formulas[0]));
    let given = if function.own_vjp.is_some() { ", as its author gives it" } else { "" };
    for (input, gradient) in function.signature.inputs.iter().zip(&formulas[1..]) {
        lines.push(format!(" * vector–Jacobian product d{}{given}: `{gradient}`", plain(&input.ident)));
    }
    for [name, formula] in pulled(derived, names, Notation::Text) {
        lines.push(format!(" * where {name}: `{formula}`"));
    }
    lines.push(format!(" * backward saves: {}", saves(derived).1));
    if function.own_vjp.is_some() {
        return lines;
    }
    if derived.guarded {
        lines.push(" * at 0 the root of a sum of squares has the gradient 0".to_owned());
    }
    let extremum = |op| matches!(op, Op::Reduce(Reduction::Max | Reduction::Min));
    if derived.shown.iter().skip(1).any(|&gradient| derived.builder.graph.depends(gradient, extremum)) {
        lines.push(" * of equal extrema the last takes the gradient".to_owned());
    }
    lines
}
