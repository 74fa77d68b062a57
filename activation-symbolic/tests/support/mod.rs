//! The front end on source text.
#![allow(dead_code, reason = "each test uses a part")]

use std::str::FromStr;

use activation_symbolic::diagnostic::Diagnostics;
use activation_symbolic::function::Function;
use activation_symbolic::lower::lower;
use activation_symbolic::parse::parse;
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

/// The text that an error points at.
pub(crate) fn spanned(source: &str, error: &syn::Error) -> String {
    // The first message of the compile_error! invocations has the span of the first token, and the last of the last.
    let tokens: Vec<TokenTree> = error.to_compile_error().into_iter().collect();
    let (first, last) = (tokens.first().unwrap().span(), tokens.last().unwrap().span());
    let offset = |at: proc_macro2::LineColumn| {
        let before: usize = source.split_inclusive('\n').take(at.line - 1).map(str::len).sum();
        let line = &source[before..];
        before + line.char_indices().nth(at.column).map_or(line.len(), |(n, _)| n)
    };
    source[offset(first.start())..offset(last.end())].to_owned()
}
