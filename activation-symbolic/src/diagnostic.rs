//! Collects errors, so that a user sees all of a function's in one compile.
//!
//! A [`Diagnostics`] must be consumed by [`Diagnostics::finish`]; the pipeline goes on after an error as long as it
//! can say more that is true.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

/// The tokens that something is said about, by the first and the last of them: only the compiler's own macros can join
/// spans.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    first: Span,
    last: Span,
}

impl Place {
    /// All the tokens of `at`.
    pub fn of(at: impl ToTokens) -> Self {
        let mut spans = at.to_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        Self { first, last: spans.last().unwrap_or(first) }
    }

    /// The first of the tokens.
    pub fn first(self) -> Span {
        self.first
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self { first: span, last: span }
    }
}

/// The errors of one expansion.
#[derive(Debug, Default)]
#[must_use = "errors are reported by `finish`"]
pub struct Diagnostics {
    errors: Vec<syn::Error>,
    reported: HashSet<String>,
}

impl Diagnostics {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports an error at a token, or from one to another.
    pub fn error(&mut self, at: impl Into<Place>, message: impl std::fmt::Display) {
        let at = at.into();
        let [first, last] = [at.first, at.last].map(|span| Ident::new("_", span));
        self.push(syn::Error::new_spanned(quote!(#first #last), message));
    }

    /// Reports an error at all the tokens of `at`.
    pub fn error_spanned(&mut self, at: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(at, message));
    }

    /// Takes an error over. One offence at one place is reported once, however often a loop is unrolled over it.
    pub fn push(&mut self, error: syn::Error) {
        for error in error {
            let key = format!("{:?} {error}", error.span());
            if self.reported.insert(key) {
                self.errors.push(error);
            }
        }
    }

    /// Takes over the errors of another context.
    pub fn append(&mut self, other: Self) {
        for error in other.errors {
            self.push(error);
        }
    }

    /// The errors, in the order in which they were found.
    pub fn errors(&self) -> &[syn::Error] {
        &self.errors
    }

    /// Whether nothing was reported.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// The errors as `compile_error!` invocations; `None` if there are none.
    pub fn finish(self) -> Option<TokenStream> {
        let mut errors = self.errors.into_iter();
        let mut all = errors.next()?;
        all.extend(errors);
        Some(all.to_compile_error())
    }
}
