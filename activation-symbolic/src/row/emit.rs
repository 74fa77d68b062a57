//! The expansion: the plain fn, a struct, its `RowKernel`.

use std::collections::{BTreeSet, HashMap, HashSet};

use activation_runtime::row::Precision;
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use super::calls::Kind;
use super::write::{Body, Writer};
use super::{Derived, document, kinds, precision};
use crate::beside::beside;
use crate::callable::{callable_in_rows, scope};
use crate::document::plain;
use crate::emit::{scalar, test};
use crate::format::Notation;
use crate::function::{Function, Input, Signature};

/// All items.
pub(super) fn emit(function: &Function, derived: &Derived) -> TokenStream {
    let names = names(&function.signature, derived);
    let call = plain_fn(&function.signature);
    let (structure, items) = declare(function, derived, &names);
    let kernel = kernel(function, derived, &names);
    let parametric = parametric(function, derived, &names);
    let test = test(function);
    let shared = function.signature.shared();
    let kinds = Some(kinds::witness(function)).filter(|witness| !witness.is_empty());
    let witnesses = function.witnesses.iter().chain(&kinds).map(|witness| quote!(#shared #witness));
    let rest = scope(function, quote!(#kernel #parametric #(#witnesses)*));
    // The fn, too, as it is nothing without the struct.
    beside(&structure, &quote!(#call #items #rest #test))
}

/// The signature with the incoming gradient, the tangents and what calls give as further inputs, under names of their
/// own.
fn names(signature: &Signature, derived: &Derived) -> Signature {
    let mut names = signature.clone();
    let mut taken: HashSet<String> = signature
        .inputs
        .iter()
        .map(|input| input.ident.to_string())
        .chain(signature.parameters.iter().map(|p| p.ident.to_string()))
        .collect();
    let mut add = |stem: String| {
        let mut name = stem.clone();
        let mut n = 2;
        while !taken.insert(name.clone()) {
            name = format!("{stem}_{n}");
            n += 1;
        }
        names.inputs.push(Input { ident: Ident::new(&name, Span::mixed_site()), channel: false });
    };
    add("dy".to_owned());
    let single = signature.inputs.len() == 1;
    for input in &signature.inputs {
        add(if single { "v".to_owned() } else { format!("v_{}", plain(&input.ident)) });
    }
    for call in &derived.builder.calls {
        let callee = derived.builder.graph.callees[call.callee as usize].name();
        for n in 0..call.results.len() {
            let n = if call.results.len() == 1 { String::new() } else { n.to_string() };
            add(match call.kind {
                Kind::Value => callee.clone(),
                Kind::Pullback => format!("d_{callee}{n}"),
                Kind::Parameters => format!("{callee}_p{n}"),
                Kind::Pushforward => format!("v_{callee}"),
            });
        }
    }
    names
}

/// The same, where the input is the output: `y` if that isn't the name of anything else.
fn of_output(names: &Signature) -> Signature {
    let mut names = names.clone();
    let inputs = names.inputs.iter().map(|input| &input.ident);
    let taken = inputs.chain(names.parameters.iter().map(|p| &p.ident)).any(|ident| ident == "y");
    if !taken && let Some(input) = names.inputs.first_mut() {
        input.ident = Ident::new("y", Span::mixed_site());
    }
    names
}

/// `fn softmax(x: &[f32]) -> Vec<f32>`
fn plain_fn(signature: &Signature) -> TokenStream {
    let item = &signature.item;
    let (attributes, vis, ident, name) = (&item.attrs, &item.vis, &item.sig.ident, &signature.name);
    let element = scalar(signature.element);
    let rows: Vec<&Ident> = signature.inputs.iter().map(|input| &input.ident).collect();
    let parameters: Vec<&Ident> = signature.parameters.iter().map(|p| &p.ident).collect();
    let arguments = item.sig.inputs.iter().filter_map(|argument| match argument {
        syn::FnArg::Typed(argument) => {
            let syn::Pat::Ident(pat) = &*argument.pat else { return None };
            let ident = &pat.ident;
            Some(if rows.contains(&ident) { quote!(#ident: &[#element]) } else { quote!(#ident: #element) })
        }
        syn::FnArg::Receiver(_) => None,
    });
    let (output, apply) = if signature.returns_row {
        (quote!(::std::vec::Vec<#element>), quote!(row))
    } else {
        (element.clone(), quote!(number))
    };
    quote! {
        #[allow(dead_code)]
        #(#attributes)*
        #vis fn #ident(#(#arguments),*) -> #output {
            ::activations::row::#apply(&#name::new(#(#parameters),*), [#(#rows),*])
        }
    }
}

/// The struct; its constructor and default.
fn declare(function: &Function, derived: &Derived, names: &Signature) -> (TokenStream, TokenStream) {
    let signature = &function.signature;
    let (vis, name, original) = (&signature.item.vis, &signature.name, &signature.item.sig.ident);
    let shared = signature.shared();
    let element = scalar(signature.element);
    let docs = document::lines(function, derived, names);
    let idents: Vec<&Ident> = signature.parameters.iter().map(|p| &p.ident).collect();
    let field_docs = idents.iter().map(|ident| format!("The parameter `{ident}`."));
    let body = if idents.is_empty() {
        quote!(;)
    } else {
        quote!({ #(#[doc = #field_docs] pub #idents: #element),* })
    };
    let defaults: Option<Vec<&syn::Expr>> =
        signature.parameters.iter().map(|p| p.default.as_ref().map(|(written, _)| written)).collect();
    let default = defaults.map(|defaults| {
        quote! {
            #shared
            impl ::core::default::Default for #name {
                fn default() -> Self {
                    Self { #(#idents: #defaults),* }
                }
            }
        }
    });
    let alias = (original != name).then(|| {
        quote! {
            #shared
            #[doc(hidden)]
            #[allow(dead_code, non_camel_case_types)]
            #vis type #original = #name;
        }
    });
    let constructor = format!("A `{name}` with these parameters.");
    let callable = callable_in_rows(signature);
    let structure = quote! {
        #shared
        #(#[doc = #docs])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        #vis struct #name #body
    };
    let items = quote! {
        #shared
        impl #name {
            #[doc = #constructor]
            pub const fn new(#(#idents: #element),*) -> Self {
                Self { #(#idents),* }
            }
            #callable
        }
        #default
        #alias
    };
    (structure, items)
}

/// `impl RowKernel`
fn kernel(function: &Function, derived: &Derived, names: &Signature) -> TokenStream {
    let signature = &function.signature;
    let name = &signature.name;
    let shared = signature.shared();
    let title = plain(name);
    let [text, latex] = [Notation::Text, Notation::Latex].map(|notation| {
        let mut lines = document::formulas(derived, names, notation);
        let pulled = document::pulled(derived, names, notation);
        lines.extend(pulled.into_iter().map(|[name, formula]| format!("{name} = {formula}")));
        lines
    });
    let (formula, derivative) = (&text[0], text[1..].join("\n"));
    let (formula_latex, derivative_latex) = (&latex[0], latex[1..].join("\n"));
    let n = Literal::usize_unsuffixed(signature.inputs.len());
    let output = if signature.returns_row { quote!(ToRow) } else { quote!(ToScalar) };
    let mut methods = vec![
        ("value", "Value", vec![derived.value], signature.returns_row),
        ("pullback", "Pullback", derived.pullback.clone(), true),
    ];
    let from_output =
        derived.from_output.map(|from| ("pullback_from_output", "Pullback", vec![from.gradient], true));
    methods.extend(from_output);
    methods.push(("pushforward", "Pushforward", vec![derived.pushforward], signature.returns_row));
    let of_output = of_output(names);
    let saves = (document::saves(derived).0 != "Input").then(|| {
        let saves = Ident::new(document::saves(derived).0, Span::call_site());
        quote!(.saves(::activations::Saves::#saves))
    });
    let mut rows = HashMap::from([("parameter_pullback", parameter_body(derived, names, signature).rows)]);
    let methods = methods.into_iter().map(|(method, passes, roots, maps)| {
        let names = if method == "pullback_from_output" { &of_output } else { names };
        let Body { statements: body, rows: own } =
            Writer::new(derived, names, signature, method).body(&roots, maps);
        rows.insert(method, own);
        let (method, passes) = (Ident::new(method, Span::call_site()), Ident::new(passes, Span::call_site()));
        quote! {
            #[inline(always)]
            fn #method<R: ::activations::row::Cell<Scalar = S>, S: ::activations::Real>(
                &self,
                p: &mut ::activations::row::#passes<'_, R, #n, Self::Output>,
            ) {
                #body
            }
        }
    });
    let methods: Vec<TokenStream> = methods.collect();
    let room = (!derived.builder.calls.is_empty()).then(|| {
        let own = ["value", "pullback", "pushforward", "parameter_pullback"]
            .map(|method| Literal::usize_unsuffixed(rows[method]));
        let called: BTreeSet<u8> = derived.builder.calls.iter().map(|call| call.callee).collect();
        let callees = called.into_iter().map(|callee| &derived.builder.graph.callees[callee as usize].alias);
        quote!(const ROOM: [usize; 4] = ::activations::row::room([#(#own),*], &[#(#callees::CALLEE),*]);)
    });
    let precision = precision::precision(function, derived);
    let precision = (precision != [Precision::Own; 3]).then(|| {
        let each = precision.map(|precision| Ident::new(&format!("{precision:?}"), Span::call_site()));
        quote! {
            const PRECISION: [::activations::row::Precision; 3] = {
                use ::activations::row::Precision;
                [#(Precision::#each),*]
            };
        }
    });
    quote! {
        #shared
        #[allow(clippy::all, clippy::pedantic)]
        impl ::activations::row::RowKernel<#n> for #name {
            type Output = ::activations::row::#output;
            const INFO: ::activations::Info = ::activations::Info::new(#title, #formula, #derivative)
                .latex(#formula_latex, #derivative_latex)
                #saves;
            #precision
            #room
            #(#methods)*
        }
    }
}

/// `impl RowParametric`, where there are parameters.
fn parametric(function: &Function, derived: &Derived, names: &Signature) -> TokenStream {
    let signature = &function.signature;
    if signature.parameters.is_empty() {
        return TokenStream::new();
    }
    let (name, element) = (&signature.name, scalar(signature.element));
    let shared = signature.shared();
    let idents: Vec<&Ident> = signature.parameters.iter().map(|p| &p.ident).collect();
    let (n, p) = (Literal::usize_unsuffixed(signature.inputs.len()), Literal::usize_unsuffixed(idents.len()));
    let body = parameter_body(derived, names, signature).statements;
    quote! {
        #shared
        #[allow(clippy::all, clippy::pedantic)]
        impl ::activations::row::RowParametric<#n, #p> for #name {
            #[inline(always)]
            fn parameter_pullback<R: ::activations::row::Cell<Scalar = S>, S: ::activations::Real>(
                &self,
                p: &mut ::activations::row::ParameterPullback<'_, R, #n, Self::Output>,
            ) -> [S; #p] {
                #body
            }
            fn from_gradient([#(#idents),*]: [f64; #p]) -> Self {
                Self { #(#idents: #idents as #element),* }
            }
        }
    }
}

/// The gradients of the parameters.
fn parameter_body(derived: &Derived, names: &Signature, signature: &Signature) -> Body {
    Writer::new(derived, names, signature, "parameter_pullback").body(&derived.parameters, false)
}
