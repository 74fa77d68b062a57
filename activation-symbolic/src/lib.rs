//! The compiler behind `#[activation]`: tokens in, tokens out; no I/O; never panics.
//!
//! ```text
//!   tokens ─ parse ─▶ Signature ─ lower ─▶ Function { graph, written }      refuses, with spans
//!     ─ rewrite ─▶ value            stable spellings of the same function
//!     ─ check ─▶ facts              domain, jumps, kinks: each refusal with a witness
//!     ─ differentiate ─▶ partials   forward mode on the graph, simplified as it is built
//!     ─ settle ─▶ partials          a number where a term is ∞ · 0
//!     ─ fill ─▶ partials            the limit where a single point has its own branch
//!     ─ patch ─▶ value, partials    a line through the origin where all bits cancel
//!     ─ share ─▶ computed           forms that cost less, where they are accurate enough
//!     ─ fuse ─▶ plan                products that are added in one rounding
//!     ─ rescue ─▶ masks             where floats of the element type don't suffice
//!     ─ emit ─▶ tokens              the fn as written, a struct, its kernel, its documentation
//! ```
#![forbid(unsafe_code)]

mod beside;
mod callable;
pub mod check;
pub mod code;
mod columns;
pub mod diagnostic;
pub mod differentiate;
pub mod document;
pub mod emit;
pub mod evaluate;
pub mod fallback;
mod fill;
pub mod format;
pub mod function;
pub mod fuse;
pub mod graph;
mod helper;
mod id_map;
pub mod lower;
mod numerator;
pub mod parse;
pub mod patch;
pub mod pattern;
pub mod primitive;
mod random;
mod repair;
pub mod rescue;
pub mod rewrite;
pub mod row;
pub mod rules;
pub mod settle;
pub mod share;
pub mod sides;
mod simplify;
mod spelling;
mod standard;
pub mod symbol;
mod tokens;
pub mod truth;

use proc_macro2::TokenStream;

use diagnostic::Diagnostics;
use emit::Derivatives;
use function::Function;
use graph::{Id, Op};
use rescue::Rescue;

/// Expands `#[activation(attribute)] item`.
pub fn activation(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let mut function = parse::parse(attribute.clone(), item.clone(), &mut diagnostics)
        .map(|signature| lower::lower(signature, &mut diagnostics));
    let mut expansion = TokenStream::new();
    if let Some(function) = &mut function
        && diagnostics.is_empty()
    {
        expansion = if function.signature.rows {
            row::expand(function, &mut diagnostics)
        } else {
            let derivatives = derive(function, &mut diagnostics);
            emit::emit(function, &derivatives)
        };
    }
    match (&function, diagnostics.finish()) {
        (Some(_), None) => expansion,
        // Of what is no Rust only rustc has something to say.
        (function, errors) => {
            fallback::fallback(attribute, item, function.as_ref(), &errors.unwrap_or_default())
        }
    }
}

/// From the function as written to all that is computed of it, in the stable form.
pub fn derive(function: &mut Function, diagnostics: &mut Diagnostics) -> Derivatives {
    function.value = rewrite::rewrite(&mut function.graph, function.written, &mut function.facts.rewrites);
    let value = function.value;
    let inputs: Vec<Id> = match function.own_derivative {
        Some(own) => vec![own],
        None => {
            let mut stable = Vec::new();
            for input in function.inputs() {
                let slope = differentiate::differentiate(&mut function.graph, value, input);
                function.facts.found.push(slope);
                stable.push(rewrite::rewrite(&mut function.graph, slope, &mut function.facts.rewrites));
            }
            stable
        }
    };
    let parameters = function.parameters().map(|parameter| slope(function, value, parameter)).collect();
    let mut higher = Vec::new();
    for _ in 1..function.signature.settings.order {
        let previous = higher.last().or(inputs.first()).copied().unwrap_or(value);
        higher.push(slope(function, previous, Op::Input(0)));
    }
    check::check(function, &inputs, diagnostics);
    if !diagnostics.is_empty() {
        let computed = [value].into_iter().chain(inputs.iter().copied()).collect();
        return Derivatives { inputs, parameters, higher, computed, ..Derivatives::default() };
    }
    let inputs: Vec<Id> = inputs.into_iter().map(|slope| settle::settle(function, slope)).collect();
    let inputs: Vec<Id> = inputs.into_iter().map(|slope| fill::fill(function, slope)).collect();
    function.value = patch::patch(function, value);
    let inputs: Vec<Id> = inputs.into_iter().map(|slope| patch::patch(function, slope)).collect();
    let roots: Vec<Id> = [function.value].into_iter().chain(inputs.iter().copied()).collect();
    let forms = share::share(&mut function.graph, &roots);
    let others = [&parameters[..], &higher].concat();
    let Rescue { roots, value, derivative } = rescue::rescue(function, &forms, &others, diagnostics);
    let rescue_parameters = rescue::rescue_parameters(function, &parameters);
    Derivatives {
        inputs,
        parameters,
        higher,
        computed: roots,
        rescue: [value, derivative],
        rescue_parameters,
    }
}

/// The derivative of a node with respect to a leaf, in its stable form.
fn slope(function: &mut Function, of: Id, variable: Op) -> Id {
    let slope = differentiate::differentiate(&mut function.graph, of, variable);
    rewrite::rewrite(&mut function.graph, slope, &mut function.facts.rewrites)
}
