//! What rustdoc and `INFO` say of a function.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::emit::Derivatives;
use crate::format::{Notation, format, listing, number};
use crate::function::Function;
use crate::graph::{Id, IdSet, Op};
use crate::primitive::Primitive;

/// The most operations of a graph that are listed.
const MOST_LISTED: usize = 200;

/// An identifier without `r#`.
pub fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").unwrap_or(&text).to_owned()
}

/// The value and the derivatives as mathematics.
#[derive(Debug, Clone)]
pub struct Formulas {
    /// As text.
    pub value: String,
    /// With respect to each input.
    pub slopes: Vec<String>,
}

/// The formulas of a function, which its documentation and its `INFO` both show.
pub fn formulas(function: &Function, derivatives: &Derivatives, notation: Notation) -> Formulas {
    let value = text(function, function.written, notation);
    let slopes = derivatives.inputs.iter().map(|&id| text(function, id, notation)).collect();
    Formulas { value, slopes }
}

/// The doc lines of the struct: the author's, then formula, derivative and what is known.
pub fn of(function: &Function, derivatives: &Derivatives, formulas: &Formulas) -> Vec<String> {
    let signature = &function.signature;
    let mut lines: Vec<String> = author(function);
    if lines.is_empty() {
        lines.push(format!(" The activation [`{0}`](fn@{0}).", plain(&signature.item.sig.ident)));
    }
    lines.push(String::new());
    lines.push(format!(" * value: `{}`", formulas.value));
    for (input, slope) in signature.inputs.iter().zip(&formulas.slopes) {
        let with_respect_to = if signature.inputs.len() == 1 {
            "derivative".to_owned()
        } else {
            format!("∂/∂{}", input.ident)
        };
        lines.push(format!(" * {with_respect_to}: `{slope}`"));
    }
    let facts = &function.facts;
    if signature.inputs.len() == 1 {
        lines.push(format!(" * smoothness: {}", smoothness(function).1));
        for &(x, left, right, _) in &facts.kinks {
            lines.push(format!(
                " * kink at x = {}: slope {} from the left, {} from the right",
                number(x),
                number(left),
                number(right)
            ));
        }
        if signature.settings.straight_through {
            lines.push(" * straight-through: the derivative isn't meant to be that of the value".to_owned());
        }
        lines.push(format!(" * backward saves: {}", saves(function, derivatives).1));
    }
    if let Some((low, high)) = facts.range {
        lines.push(format!(" * range: {}", interval(low, high)));
    }
    let (low, high) = signature.settings.domain;
    if low > f64::NEG_INFINITY || high < f64::INFINITY {
        lines.push(format!(
            " * domain: {} (outside it the result is what IEEE arithmetic gives)",
            interval(low, high)
        ));
    }
    lines
}

/// The author's own doc comment.
pub(crate) fn author(function: &Function) -> Vec<String> {
    let attributes = function.signature.item.attrs.iter().filter(|a| a.path().is_ident("doc"));
    attributes
        .filter_map(|a| match &a.meta {
            syn::Meta::NameValue(syn::MetaNameValue {
                value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
                ..
            }) => Some(text.value()),
            _ => None,
        })
        .collect()
}

fn text(function: &Function, root: Id, notation: Notation) -> String {
    format(&function.graph, root, &function.signature, notation)
}

fn interval(low: f64, high: f64) -> String {
    let end = |value: f64| if value.is_infinite() { "∞".to_owned() } else { number(value.abs()) };
    let sign = |value: f64| if value < 0.0 { "−" } else { "" };
    let (open, close) =
        (if low.is_infinite() { '(' } else { '[' }, if high.is_infinite() { ')' } else { ']' });
    format!("{open}{}{}, {}{}{close}", sign(low), end(low), sign(high), end(high))
}

/// The variant of `Smoothness` and how to say it.
fn smoothness(function: &Function) -> (&'static str, &'static str) {
    let facts = &function.facts;
    if !facts.analysed {
        ("Unknown", "not analysed")
    } else if facts.jumps {
        ("Discontinuous", "discontinuous")
    } else if !facts.kinks.is_empty() {
        ("Continuous", "continuous, with kinks")
    } else if facts.smooth {
        ("Smooth", "infinitely differentiable")
    } else {
        ("ContinuouslyDifferentiable", "continuously differentiable")
    }
}

/// The variant of `Saves` and how to say it.
pub fn saves(function: &Function, derivatives: &Derivatives) -> (&'static str, &'static str) {
    let graph = &function.graph;
    let Some(&slope) = derivatives.inputs.first() else { return ("Input", "the input") };
    if !graph.varies(slope) {
        return ("Nothing", "nothing: the derivative is constant");
    }
    // Which nodes are still needed when the output is at hand?
    let mut stack = vec![slope];
    let mut seen = IdSet::from_iter([function.value]);
    let mut needs_input = false;
    while let Some(id) = stack.pop() {
        if seen.insert(id) {
            needs_input |= matches!(graph.op(id), Op::Input(_));
            stack.extend(graph.arguments(id));
        }
    }
    if !needs_input {
        return ("Output", "the output alone");
    }
    match graph.view(function.value) {
        (Op::Apply(Primitive::Tanh | Primitive::Sigmoid), &[u]) if is_linear(function, u) => {
            ("InputOrOutput", "the input, or the output at a loss of accuracy where it saturates")
        }
        _ => ("Input", "the input"),
    }
}

/// x, or a multiple of x.
fn is_linear(function: &Function, id: Id) -> bool {
    match function.graph.view(id) {
        (Op::Input(_), _) => true,
        (Op::Neg, &[a]) => is_linear(function, a),
        (Op::Mul, &[a, b]) => function.graph.as_constant(a).is_some() && is_linear(function, b),
        _ => false,
    }
}

/// The value of `const INFO`.
pub fn info(function: &Function, derivatives: &Derivatives, formulas: &Formulas) -> TokenStream {
    let signature = &function.signature;
    let name = plain(&signature.name);
    let (formula, derivative) = (&formulas.value, formulas.slopes.join("\n"));
    let in_latex = self::formulas(function, derivatives, Notation::Latex);
    let (latex, derivative_latex) = (verbatim(&in_latex.value), verbatim(&in_latex.slopes.join("\n")));
    let variant = Ident::new(smoothness(function).0, proc_macro2::Span::call_site());
    let saved = Ident::new(saves(function, derivatives).0, proc_macro2::Span::call_site());
    let kinks = function.facts.kinks.iter().map(|&(x, left, right, _)| {
        let [x, left, right] = [x, left, right].map(float);
        quote!(::activations::Kink { x: #x, left: #left, right: #right })
    });
    let kinks = (!function.facts.kinks.is_empty()).then(|| quote!(.kinks(&[#(#kinks),*])));
    let range = function.facts.range.map(|(low, high)| {
        let [low, high] = [low, high].map(float);
        quote!(.range(#low, #high))
    });
    let (low, high) = signature.settings.domain;
    let domain = (low > f64::NEG_INFINITY || high < f64::INFINITY).then(|| {
        let [low, high] = [low, high].map(float);
        quote!(.domain(#low, #high))
    });
    let straight_through = signature.settings.straight_through.then(|| quote!(.straight_through()));
    let report = verbatim(&report(function, derivatives));
    quote! {
        ::activations::Info::new(#name, #formula, #derivative)
            .latex(#latex, #derivative_latex)
            .smoothness(::activations::Smoothness::#variant)
            #kinks
            #range
            #domain
            .saves(::activations::Saves::#saved)
            #straight_through
            .report(#report)
    }
}

/// A raw string literal, which shows a text as it is.
fn verbatim(text: &str) -> Literal {
    format!("r#\"{text}\"#").parse().unwrap_or_else(|_| Literal::string(text))
}

/// A number in a const expression.
fn float(value: f64) -> TokenStream {
    if value == f64::INFINITY {
        quote!(f64::INFINITY)
    } else if value == f64::NEG_INFINITY {
        quote!(f64::NEG_INFINITY)
    } else if value.is_sign_negative() && !value.is_nan() {
        let magnitude = Literal::f64_unsuffixed(-value);
        quote!(-#magnitude)
    } else if value.is_nan() {
        quote!(f64::NAN)
    } else {
        let magnitude = Literal::f64_unsuffixed(value);
        quote!(#magnitude)
    }
}

/// What `explain` prints besides formula and derivative: how the kernel computes them and how that was found, rewrites
/// with their reason, checks, and where the rescue is taken.
fn report(function: &Function, derivatives: &Derivatives) -> String {
    let facts = &function.facts;
    let mut lines = Vec::new();
    if function.value != function.written {
        lines.push(format!("computed as: {}", text(function, function.value, Notation::Text)));
    }
    for (&found, &slope) in facts.found.iter().zip(&derivatives.inputs) {
        if found != slope {
            lines
                .push(format!("derivative before simplification: {}", text(function, found, Notation::Text)));
        }
    }
    lines.extend(facts.rewrites.iter().map(|(name, why)| format!("rewrite {name}: {why}")));
    lines.extend(facts.notes.iter().cloned());
    lines.push("graph:".to_owned());
    let named = named(function, derivatives);
    let (listing, count) = listing(&function.graph, &named, &function.signature, MOST_LISTED);
    let left_out = count - listing.len();
    lines.extend(listing.into_iter().map(|line| format!("  {line}")));
    if left_out > 0 {
        lines.push(format!("  … and {left_out} more operations"));
    }
    lines.join("\n")
}

/// What the kernel computes, by its name in mathematics.
fn named(function: &Function, derivatives: &Derivatives) -> Vec<(String, Id)> {
    let mut names = vec!["f".to_owned()];
    match function.signature.inputs.as_slice() {
        [_] => names.push("f′".to_owned()),
        inputs => names.extend(inputs.iter().map(|input| format!("∂f/∂{}", plain(&input.ident)))),
    }
    names.into_iter().zip(derivatives.computed.iter().copied()).collect()
}
