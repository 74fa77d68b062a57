//! Tokens, appended one after the other.
//!
//! `quote!` copies every expression into the one around it, each token anew; what is written for every node of a graph
//! is appended here to what there is.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// What has been written.
#[derive(Debug, Default)]
pub(crate) struct Tokens(Vec<TokenTree>);

impl Tokens {
    /// A name.
    pub(crate) fn name(&mut self, name: &Ident) {
        self.0.push(TokenTree::Ident(name.clone()));
    }

    /// A keyword or the name of a method.
    pub(crate) fn word(&mut self, word: &str) {
        self.0.push(TokenTree::Ident(Ident::new(word, Span::call_site())));
    }

    /// An operator of one character.
    pub(crate) fn sign(&mut self, sign: char) {
        self.0.push(TokenTree::Punct(Punct::new(sign, Spacing::Alone)));
    }

    /// A literal.
    pub(crate) fn literal(&mut self, literal: Literal) {
        self.0.push(TokenTree::Literal(literal));
    }

    /// What `write` writes, in parentheses.
    pub(crate) fn parenthesized(&mut self, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.0.push(TokenTree::Group(Group::new(Delimiter::Parenthesis, inner.into())));
    }

    /// Tokens that there are already.
    pub(crate) fn stream(&mut self, stream: TokenStream) {
        self.0.extend(stream);
    }
}

impl From<Tokens> for TokenStream {
    fn from(tokens: Tokens) -> Self {
        tokens.0.into_iter().collect()
    }
}
