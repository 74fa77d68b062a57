//! How activations call each other: what each shows to the others, and how a body reaches them.
//!
//! A fn is reached through the type of the same name. Whether there is one is for rustc to say: an import takes all that
//! is under a name, the fn alone if there is no more, and leaves open then what the type is, which an outer block knows.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprPath, ItemUse, Pat, Path, parse_quote};

use crate::function::{Called, Element, Function, Signature};
use crate::graph::Callee;

/// What the struct of an activation shows to others: the fn, which is reached by `call`, which of its arguments are
/// parameters, what it gives on rows, and the activation with given parameters, alone and on rows.
pub(crate) fn callable(signature: &Signature, call: impl ToTokens, callees: &[Callee]) -> TokenStream {
    let scalar = signature.scalar();
    let roles = signature.roles();
    let arguments = roles.iter().map(|_| &scalar);
    let n = Literal::usize_unsuffixed(signature.inputs.len());
    let with = with(signature, "with");
    let roles = callees
        .is_empty()
        .then(|| quote!(#[doc(hidden)] pub const ROLES_UNLESS_RECURSIVE: &[bool] = &[#(#roles),*];));
    let deprecated = signature.item.attrs.iter().any(|a| a.path().is_ident("deprecated"));
    let deprecated = deprecated.then(|| quote!(#[allow(deprecated)]));
    quote! {
        #[doc(hidden)]
        #deprecated
        pub const CALL: fn(#(#arguments),*) -> #scalar = #call;
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

/// The roles of an activation's arguments, which are known when those of its callees are: so functions that call each
/// other in a circle are a cycle of these constants, which rustc reports by their name.
pub(crate) fn roles(function: &Function) -> TokenStream {
    let callees = &function.graph.callees;
    let Some(first) = callees.first() else { return TokenStream::new() };
    let (name, roles, shared) =
        (&function.signature.name, function.signature.roles(), function.signature.shared());
    let aliases = callees.iter().map(|callee| &callee.alias);
    quote_spanned! {first.alias.span()=>
        #shared
        #[allow(dead_code, unreachable_pub)]
        impl #name {
            #[doc(hidden)]
            pub const ROLES_UNLESS_RECURSIVE: &[bool] = { #(let _ = #aliases::ROLES_UNLESS_RECURSIVE;)* &[#(#roles),*] };
        }
    }
}

/// What the struct of a function of rows shows to others: the same, but that activations of numbers, which make
/// something else of `with`, can't call it.
pub(crate) fn callable_in_rows(signature: &Signature) -> TokenStream {
    let scalar = signature.scalar();
    let roles = signature.roles();
    let (arguments, ignored) = (roles.iter().map(|_| &scalar), roles.iter().map(|_| quote!(_)));
    let n = Literal::usize_unsuffixed(signature.inputs.len());
    let in_rows = with(signature, "in_rows");
    quote! {
        #[doc(hidden)]
        pub const CALL: fn(#(#arguments),*) -> #scalar = |#(#ignored),*| #scalar::NAN;
        #[doc(hidden)]
        pub const ROLES_UNLESS_RECURSIVE: &[bool] = &[#(#roles),*];
        #[doc(hidden)]
        pub const CALLEE: ::activations::row::Callee = ::activations::row::Callee::of::<Self, #n>();
        #[doc(hidden)]
        pub fn with(_: &[f64]) -> ::activations::witness::Uncallable {
            ::activations::witness::Uncallable
        }
        #in_rows
    }
}

/// `items`, in which the fns that the body calls are known by their aliases. What is no activation is refused here.
pub(crate) fn scope(function: &Function, items: TokenStream) -> TokenStream {
    if function.called.is_empty() {
        return items;
    }
    let shared = function.signature.shared();
    let called = || function.called.iter().enumerate();
    let fallbacks = called().map(|(n, called)| fallback(function.signature.element, n, called));
    let is_checked = |called: &Called| !called.plain && !called.refused;
    let checks = called().filter(|(_, called)| is_checked(called)).map(|(n, called)| check(n, called));
    let imports = called().map(|(n, called)| import(n, &called.path));
    // Rows are given what they take, or told so by `row::kinds`.
    let misfit = (!function.signature.rows).then(|| {
        quote!(
            #[allow(unused_imports)]
            use ::activations::witness::Misfit as _;
        )
    });
    quote! {
        #shared
        const _: () = {
            #(#fallbacks)*
            {
                #items
                #(#checks)*
                #misfit
                #(#imports)*
            }
        };
    }
}

/// What the n-th alias is where there is no type of the fn's name.
fn fallback(element: Element, n: usize, called: &Called) -> TokenStream {
    let (alias, inputs) = (alias(n, &called.path), Literal::usize_unsuffixed(called.inputs));
    let scalar = Ident::new(element.name(), alias.span());
    let scalars = std::iter::repeat_n(&scalar, called.arguments);
    quote!(#[allow(dead_code)] type #alias = ::activations::witness::Plain<fn(#(#scalars),*) -> #scalar, #inputs>;)
}

/// Refuses a plain function; that there is none of this name is a mistake of its own, unless a method is meant.
fn check(n: usize, Called { path, arguments, method, .. }: &Called) -> TokenStream {
    let alias = alias(n, path);
    let ident = path.get_ident().filter(|ident| !method && !is_ambiguous(ident));
    let mentioned = ident.map(|ident| quote!(let _ = #ident;));
    let name = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    let message = if *method {
        let others = if *arguments > 1 { "…" } else { "" };
        format!(
            "there is no #[activation] `{name}` here: the method is `x.{name}({others})`, and a function of your own needs \
             #[activation] above it too"
        )
    } else {
        format!(
            "`{name}` is a plain function, and what it computes isn't seen from here, so it has no derivative: put \
             #[activation] above it too, or write out here what it computes"
        )
    };
    quote_spanned! {alias.span()=>
        const _: () = if #alias::CALLEE.gives.is_unknown() { #mentioned ::activations::witness::refuse(#message) };
    }
}

/// The fn, the type and the macro of this path as the n-th alias: whatever of them there is. An import of nothing is an
/// error where it is written, so there is a macro at least; where a module is named too, that error says it all.
fn import(n: usize, path: &Path) -> TokenStream {
    let alias = alias(n, path);
    let segments: Vec<&Ident> = path.segments.iter().map(|segment| &segment.ident).collect();
    let colon = path.leading_colon;
    let (filler, tree) = match segments.split_last() {
        Some((last, [])) if is_ambiguous(last) => {
            return quote!(type #alias = #last;);
        }
        Some((last, [])) => {
            let filler = quote!(#[allow(unused_macros)] macro_rules! #last { () => {}; });
            (Some(filler), quote!(#last as #alias))
        }
        Some((last, modules)) => (None, quote!(#colon #(#modules::)* {#last as #alias})),
        None => (None, quote!(#path as #alias)),
    };
    quote! {
        #filler
        #[allow(deprecated, unused_imports)]
        use #tree;
    }
}

fn is_ambiguous(ident: &Ident) -> bool {
    AMBIGUOUS.contains(&ident.to_string().as_str())
}

/// Names that an import finds in two places where there is an activation of this name: what is in scope everywhere, a crate
/// that is common beside this one, and the built-in attributes of the Rust reference. By these a plain fn isn't told from an
/// activation.
const AMBIGUOUS: [&str; 52] = [
    "core",
    "std",
    "half",
    "drop",
    "allow",
    "automatically_derived",
    "cfg",
    "cfg_attr",
    "cold",
    "collapse_debuginfo",
    "crate_name",
    "crate_type",
    "debugger_visualizer",
    "deny",
    "deprecated",
    "derive",
    "doc",
    "expect",
    "export_name",
    "feature",
    "forbid",
    "global_allocator",
    "ignore",
    "inline",
    "instruction_set",
    "link",
    "link_name",
    "link_ordinal",
    "link_section",
    "macro_export",
    "macro_use",
    "must_use",
    "naked",
    "no_builtins",
    "no_implicit_prelude",
    "no_link",
    "no_main",
    "no_mangle",
    "no_std",
    "non_exhaustive",
    "panic_handler",
    "path",
    "proc_macro",
    "recursion_limit",
    "repr",
    "should_panic",
    "target_feature",
    "track_caller",
    "type_length_limit",
    "used",
    "warn",
    "windows_subsystem",
];

/// The name that the expansion has for the n-th fn that its body calls, here by this path.
pub(crate) fn alias(n: usize, path: &Path) -> Ident {
    let span = path.segments.last().map_or_else(|| path.span(), |last| last.ident.span());
    Ident::new(&format!("Callee{n}"), span)
}

/// The activation with given parameters.
fn with(signature: &Signature, name: &str) -> TokenStream {
    let name = Ident::new(name, Span::call_site());
    let scalar = signature.scalar();
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
    /// Constants of other types that are converted, and the names that the struct has for what they are converted to.
    pub(crate) converted: HashMap<String, Ident>,
}

/// The name that the struct has for the n-th constant of its body.
pub(crate) fn constant(n: usize) -> Ident {
    Ident::new(&format!("CONSTANT{n}"), Span::call_site())
}

/// The name that the struct has for the n-th call of its body.
pub(crate) fn called(n: usize) -> Ident {
    Ident::new(&format!("CALLED{n}"), Span::call_site())
}

/// The expression inside of parentheses.
pub(crate) fn strip(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => strip(&paren.expr),
        Expr::Group(group) => strip(&group.expr),
        other => other,
    }
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
        if !self.callees.is_empty() || !self.constants.is_empty() || !self.converted.is_empty() {
            let name = &signature.name;
            Reach { outside: self, name }.visit_block_mut(&mut signature.item.block);
        }
    }
}

struct Reach<'a> {
    outside: &'a Outside,
    name: &'a Ident,
}

impl Reach<'_> {
    /// The constant of the struct's that stands for this path.
    fn constant(&self, path: &Path) -> Option<TokenStream> {
        let (name, constant) = (self.name, self.outside.constants.get(&place(path))?);
        Some(quote_spanned!(path.span()=> <#name>::#constant))
    }
}

impl VisitMut for Reach<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Cast(cast) = expr
            && let Expr::Path(ExprPath { path, .. }) = strip(&cast.expr)
            && let Some(converted) = self.outside.converted.get(&place(path))
        {
            let name = self.name;
            *expr = Expr::Verbatim(quote_spanned!(path.span()=> <#name>::#converted));
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
        if let Expr::Call(call) = expr
            && let Expr::Path(ExprPath { path, qself: None, .. }) = &*call.func
            && let Some(called) = self.outside.callees.get(&place(path))
        {
            let name = self.name;
            *call.func = Expr::Verbatim(quote_spanned!(path.span()=> <#name>::#called));
        }
        if let Expr::Path(ExprPath { path, .. }) = expr
            && let Some(constant) = self.constant(path)
        {
            *expr = Expr::Verbatim(constant);
        }
    }

    /// What is imported for a call alone is reached from the struct now.
    fn visit_item_use_mut(&mut self, import: &mut ItemUse) {
        import.attrs.push(parse_quote!(#[allow(unused_imports)]));
    }

    fn visit_pat_mut(&mut self, pat: &mut Pat) {
        visit_mut::visit_pat_mut(self, pat);
        let path = match pat {
            Pat::Ident(named) if named.subpat.is_none() => &named.ident.clone().into(),
            Pat::Path(named) => &named.path,
            _ => return,
        };
        if let Some(constant) = self.constant(path) {
            *pat = Pat::Verbatim(constant);
        }
    }
}
