//! Collects errors, so that a user sees all of a function's in one compile.
//!
//! A [`Diagnostics`] must be consumed by [`Diagnostics::finish`]; the pipeline goes on after an error as long as it
//! can say more that is true.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors of one expansion.
#[derive(Debug, Default)]
#[must_use = "errors are reported by `finish`"]
pub struct Diagnostics {
    errors: Vec<syn::Error>,
}

impl Diagnostics {
    /// No errors yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports an error at a token (or from the first to the last of several). One offence at one place is
    /// reported once.
    pub fn error(&mut self, span: Span, message: impl std::fmt::Display) {
        let message = message.to_string();
        let duplicate =
            |e: &syn::Error| e.to_string() == message && format!("{:?}", e.span()) == format!("{span:?}");
        if !self.errors.iter().any(duplicate) {
            self.errors.push(syn::Error::new(span, message));
        }
    }

    /// Reports an error at all the tokens of `at`.
    pub fn error_spanned(&mut self, at: impl ToTokens, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new_spanned(at, message));
    }

    /// Takes over an error of syn's.
    pub fn push(&mut self, error: syn::Error) {
        self.errors.push(error);
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
