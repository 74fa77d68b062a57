//! The front end and the checks on source text.
#![allow(dead_code, reason = "each test uses a part")]

use std::str::FromStr;

use activation_symbolic::diagnostic::Diagnostics;
use activation_symbolic::differentiate::differentiate;
use activation_symbolic::function::Function;
use activation_symbolic::graph::{Id, Op};
use activation_symbolic::lower::lower;
use activation_symbolic::parse::parse;
use activation_symbolic::rewrite::rewrite;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// The tokens of the attribute's arguments, and those of the item.
pub(crate) fn split(source: &str) -> (TokenStream, TokenStream) {
    let tokens = TokenStream::from_str(source).unwrap();
    let mut attribute = TokenStream::new();
    let mut item = TokenStream::new();
    let mut ours = false;
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if let (TokenTree::Punct(hash), Some(TokenTree::Group(group))) = (&token, tokens.peek())
            && hash.as_char() == '#'
            && group.stream().into_iter().next().is_some_and(|t| t.to_string() == "activation")
        {
            // What stands before belongs to another item.
            if ours {
                break;
            }
            ours = true;
            item = TokenStream::new();
            if let Some(TokenTree::Group(arguments)) = group.stream().into_iter().nth(1) {
                attribute = arguments.stream();
            }
            tokens.next();
            continue;
        }
        item.extend([token]);
    }
    (attribute, item)
}

/// The function that `source` declares.
pub(crate) fn front(source: &str) -> (Option<Function>, Diagnostics) {
    let (attribute, item) = split(source);
    let mut diagnostics = Diagnostics::new();
    let function =
        parse(attribute, item, &mut diagnostics).map(|signature| lower(signature, &mut diagnostics));
    (function, diagnostics)
}

/// The errors of `source`, and the paths that rustc will look at.
pub(crate) fn compile(source: &str) -> (Vec<syn::Error>, Vec<String>) {
    let (function, diagnostics) = front(source);
    let callees = function.iter().flat_map(|f| f.graph.callees.clone());
    let paths = callees.map(|callee| callee.path.to_token_stream().to_string().replace(' ', "")).collect();
    (diagnostics.errors().to_vec(), paths)
}

/// All errors of `source`, those of the checks among them.
pub(crate) fn refusals(source: &str) -> Vec<syn::Error> {
    let (mut function, mut diagnostics) = front(source);
    if let Some(function) = function.as_mut().filter(|_| diagnostics.is_empty()) {
        activation_symbolic::derive(function, &mut diagnostics);
    }
    diagnostics.errors().to_vec()
}

/// The text that an error points at.
pub(crate) fn spanned(source: &str, error: &syn::Error) -> String {
    // The first token of the invocation of compile_error! has the span of the first token, and the last of the last.
    let tokens: Vec<TokenTree> = error.to_compile_error().into_iter().collect();
    let end = offset(source, tokens.last().unwrap().span().end());
    source[start(source, error)..end].to_owned()
}

/// Where that text begins.
pub(crate) fn start(source: &str, error: &syn::Error) -> usize {
    offset(source, error.span().start())
}

fn offset(source: &str, at: proc_macro2::LineColumn) -> usize {
    let before: usize = source.split_inclusive('\n').take(at.line - 1).map(str::len).sum();
    let line = &source[before..];
    before + line.char_indices().nth(at.column).map_or(line.len(), |(n, _)| n)
}

/// An error as a user sees it: the token it points at, and what it says.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) token: String,
    pub(crate) message: String,
}

/// A function that came through the front end.
pub(crate) struct Checked {
    pub(crate) function: Function,
    pub(crate) partials: Vec<Id>,
    pub(crate) refusals: Vec<Refusal>,
}

/// Everything before the checks: the function, its derivatives in their stable form, and what was refused.
pub(crate) fn prepare(source: &str) -> (Function, Vec<Id>, Diagnostics) {
    let (function, errors) = front(source);
    let mut function = function.unwrap_or_else(|| panic!("{source}: {errors:?}"));
    let inputs: Vec<Op> = function.inputs().collect();
    let Function { graph, written, facts, .. } = &mut function;
    let value = rewrite(graph, *written, &mut facts.rewrites);
    let slope = |x| {
        let slope = differentiate(graph, value, x);
        rewrite(graph, slope, &mut facts.rewrites)
    };
    let partials = inputs.into_iter().map(slope).collect();
    function.value = value;
    (function, partials, errors)
}

/// Everything up to the checks.
pub(crate) fn check(source: &str) -> Checked {
    let (mut function, partials, mut errors) = prepare(source);
    if errors.is_empty() {
        activation_symbolic::check::check(&mut function, &partials, &mut errors);
    }
    let refusals = errors
        .errors()
        .iter()
        .map(|error| Refusal {
            token: error.span().source_text().unwrap_or_default(),
            message: error.to_string(),
        })
        .collect();
    let _ = errors.finish();
    Checked { function, partials, refusals }
}

/// All of the expansion.
pub(crate) fn expand(source: &str) -> TokenStream {
    let (attribute, item) = split(source);
    activation_symbolic::activation(attribute, item)
}

/// A function of x with this body.
pub(crate) fn body(attribute: &str, body: &str) -> Checked {
    check(&format!("#[activation({attribute})]\nfn f(x: f32) -> f32 {{\n{body}\n}}"))
}

/// The cases of a JSON file.
pub(crate) fn cases(json: &str) -> Vec<serde_json::Value> {
    let file: serde_json::Value = serde_json::from_str(json).expect("JSON");
    file["cases"].as_array().expect("cases").clone()
}
