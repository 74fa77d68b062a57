//! How activations call each other: what each shows to the others, and how a body reaches them.
//!
//! A fn is reached through the type of the same name, so that what is no activation, and what isn't there at all, is
//! one error of rustc's, at the path.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprPath, ItemUse, Pat, Path, parse_quote};

use crate::function::Signature;
use crate::graph::Callee;

/// What the struct of an activation shows to others: the fn, which of its arguments are parameters, what it gives on
/// rows, and the activation with given parameters, alone and on rows. Those that call each other in a circle are a cycle
/// of `ROLES`, which rustc reports.
pub(crate) fn callable(signature: &Signature, callees: &[Callee]) -> TokenStream {
    let function = &signature.item.sig.ident;
    let scalar = Ident::new(signature.element.name(), function.span());
    let roles = signature.roles();
    let arguments = roles.iter().map(|_| &scalar);
    let n = Literal::usize_unsuffixed(signature.inputs.len());
    let with = with(signature, "with");
    let roles = match callees.first() {
        None => quote!(pub const ROLES: &[bool] = &[#(#roles),*];),
        Some(first) => {
            let span = first.path.segments.last().map_or_else(|| first.path.span(), |last| last.ident.span());
            let paths = callees.iter().map(|callee| &callee.path);
            quote_spanned! {span=> #[allow(unreachable_pub)] pub const ROLES: &[bool] = { #(let _ = <#paths>::ROLES;)* &[#(#roles),*] };}
        }
    };
    let deprecated = signature.item.attrs.iter().any(|a| a.path().is_ident("deprecated"));
    let deprecated = deprecated.then(|| quote!(#[allow(deprecated)]));
    quote! {
        #[doc(hidden)]
        #deprecated
        pub const CALL: fn(#(#arguments),*) -> #scalar = #function;
        #[doc(hidden)]
        #roles
        #[doc(hidden)]
        pub const CALLEE: ::activations::row::Callee = ::activations::row::Callee::ELEMENTS;
        #with
        #[doc(hidden)]
        pub fn in_rows(parameters: &[f64]) -> ::activations::row::ElementWise<Self, #n> {
            ::activations::row::ElementWise(Self::with(parameters))
        }
    }
}

/// What the struct of a function of rows shows to others: the same, but that activations of numbers, which make
/// something else of `with`, can't call it.
pub(crate) fn callable_in_rows(signature: &Signature) -> TokenStream {
    let scalar = Ident::new(signature.element.name(), signature.item.sig.ident.span());
    let roles = signature.roles();
    let (arguments, ignored) = (roles.iter().map(|_| &scalar), roles.iter().map(|_| quote!(_)));
    let n = Literal::usize_unsuffixed(signature.inputs.len());
    let in_rows = with(signature, "in_rows");
    quote! {
        #[doc(hidden)]
        pub const CALL: fn(#(#arguments),*) -> #scalar = |#(#ignored),*| #scalar::NAN;
        #[doc(hidden)]
        pub const ROLES: &[bool] = &[#(#roles),*];
        #[doc(hidden)]
        pub const CALLEE: ::activations::row::Callee = ::activations::row::Callee::of::<Self, #n>();
        #[doc(hidden)]
        pub fn with(_: &[f64]) -> ::activations::witness::Uncallable {
            ::activations::witness::Uncallable
        }
        #in_rows
    }
}

/// The activation with given parameters.
fn with(signature: &Signature, name: &str) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    let scalar = Ident::new(signature.element.name(), signature.item.sig.ident.span());
    let fields = signature.parameters.iter().map(|parameter| &parameter.ident);
    let indices = (0..signature.parameters.len()).map(Literal::usize_unsuffixed);
    quote! {
        #[doc(hidden)]
        pub fn #name(_parameters: &[f64]) -> Self {
            Self { #(#fields: _parameters[#indices] as #scalar),* }
        }
    }
}

/// The names in a body that mean something outside of it, by their places: a name may be a local's elsewhere.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// Other activations, where they are called, and the names that the struct has for them.
    pub(crate) callees: HashMap<String, Ident>,
    /// Constants, and the names that the struct has for them.
    pub(crate) constants: HashMap<String, Ident>,
}

/// The name that the struct has for the n-th constant of its body.
pub(crate) fn constant(n: usize) -> Ident {
    Ident::new(&format!("CONSTANT{n}"), Span::call_site())
}

/// The name that the struct has for the n-th fn that its body calls.
pub(crate) fn called(n: usize) -> Ident {
    Ident::new(&format!("CALLED{n}"), Span::call_site())
}

/// A path at its place.
pub(crate) fn place(path: &Path) -> String {
    let span = path.segments.last().map(|segment| segment.ident.span());
    format!("{} {span:?}", path.to_token_stream())
}

impl Outside {
    /// Has the body reach what is outside so that a mistake is one error: other activations and constants are constants of
    /// the struct's, which have the types that they are used with.
    pub(crate) fn reach(&self, signature: &mut Signature) {
        if !self.callees.is_empty() || !self.constants.is_empty() {
            let name = &signature.name;
            Reach { outside: self, name }.visit_block_mut(&mut signature.item.block);
        }
    }
}

struct Reach<'a> {
    outside: &'a Outside,
    name: &'a Ident,
}

impl VisitMut for Reach<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Call(call) = expr
            && let Expr::Path(ExprPath { path, qself: None, .. }) = &*call.func
            && let Some(called) = self.outside.callees.get(&place(path))
        {
            let name = self.name;
            *call.func = Expr::Verbatim(quote_spanned!(path.span()=> <#name>::#called));
        }
        if let Expr::Path(ExprPath { path, .. }) = expr
            && let Some(constant) = self.outside.constants.get(&place(path))
        {
            let name = self.name;
            *expr = Expr::Verbatim(quote_spanned!(path.span()=> <#name>::#constant));
        }
    }

    /// What is imported for a call alone is reached from the struct now.
    fn visit_item_use_mut(&mut self, import: &mut ItemUse) {
        import.attrs.push(parse_quote!(#[allow(unused_imports)]));
    }

    /// Patterns hold constants, not expressions.
    fn visit_pat_mut(&mut self, _: &mut Pat) {}
}
