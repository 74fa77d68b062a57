//! What is left of an item that was refused: a stub of the same signature, so that its callers compile and the
//! errors that a user sees are the errors there are.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::spanned::Spanned;
use syn::{AttrStyle, Attribute, FnArg, ForeignItemFn, Item, ItemFn, ReturnType};

use crate::beside::beside;
use crate::callable::{callable, callable_in_rows, scope};
use crate::diagnostic::Diagnostics;
use crate::function::{Function, Signature, shared};
use crate::parse::{is_ours, known, own_type, parse};
use crate::repair::{concrete, head, is_standard, other_name, repair, without_roles};

/// The stub of `item`, whose body holds the `errors`, its struct with empty kernels, and what rustc checks of what
/// is `lowered` in any case.
///
/// An error beside the item would keep rustc from reporting names that it can't resolve: they might have come from the
/// macro that failed.
pub fn fallback(
    attribute: TokenStream,
    item: TokenStream,
    lowered: Option<&Function>,
    errors: &TokenStream,
) -> TokenStream {
    let Ok(Item::Fn(function)) = syn::parse2::<Item>(item.clone()) else {
        return match syn::parse2::<ForeignItemFn>(item.clone()) {
            // A function of a trait has no place for a struct beside it.
            Ok(ForeignItemFn { attrs, vis, sig, .. }) => {
                stub(&syn::parse_quote!(#(#attrs)* #vis #sig {}), errors)
            }
            // What isn't a function isn't ours, and of one that isn't Rust rustc has said what there is to say.
            Err(_) => {
                let structure = head(item.clone()).and_then(|function| repaired(attribute, &function));
                let structure = structure.map(|(structure, items)| beside(&structure, &items));
                let item = without_roles(item);
                quote!(#item #errors #structure)
            }
        };
    };
    let signature = parse(attribute.clone(), item, &mut Diagnostics::new());
    let stub = stub(&function, errors);
    let structure = match &signature {
        Some(signature) => Some(structure(signature, &signature.item.sig.ident)),
        None => repaired(attribute, &function),
    };
    let shared = shared(&function.attrs);
    let witnesses = lowered.map(|function| {
        let witnesses = function.witnesses.iter().map(|witness| quote!(#shared #witness));
        scope(function, quote!(#(#witnesses)*))
    });
    let structure = structure.map(|(structure, items)| beside(&structure, &quote!(#items #witnesses)));
    quote! {
        #stub
        #structure
    }
}

/// The function with its arguments but without its body.
fn stub(function: &ItemFn, errors: &TokenStream) -> TokenStream {
    let mut function = function.clone();
    let kept = |attribute: &Attribute| {
        matches!(attribute.style, AttrStyle::Outer)
            && !attribute.path().is_ident("doc")
            && !is_ours(attribute)
    };
    function.attrs.retain(kept);
    function.sig.variadic = None;
    concrete(&mut function.sig);
    for argument in &mut function.sig.inputs {
        match argument {
            FnArg::Typed(argument) => {
                argument.attrs.clear();
                *argument.pat = syn::parse_quote!(_);
                let ty = &argument.ty;
                let span = ty.span();
                *argument.ty = match known(ty) {
                    Some((false, _)) => continue,
                    Some((true, element)) => {
                        let element = Ident::new(element.name(), span);
                        syn::parse_quote_spanned!(span=> &[#element])
                    }
                    None if function.sig.constness.is_some() || is_standard(ty) => continue,
                    // Whatever it is, and whether it exists or not, is no further error.
                    None => syn::parse_quote_spanned!(span=> impl ::core::marker::Sized),
                };
            }
            FnArg::Receiver(receiver) => receiver.attrs.clear(),
        }
    }
    if let ReturnType::Default = function.sig.output {
        function.sig.output = syn::parse_quote!(-> f32);
    }
    if let ReturnType::Type(_, ty) = &mut function.sig.output
        && let syn::Type::Path(path) = &**ty
        && (path.path.is_ident("f16") || path.path.is_ident("f128"))
    {
        **ty = syn::parse_quote_spanned!(ty.span()=> f32);
    }
    if let ReturnType::Type(_, ty) = &mut function.sig.output
        && rows(ty)
    {
        **ty = syn::parse_quote_spanned!(ty.span()=> ::std::vec::Vec<f32>);
    }
    let (attrs, vis, sig) = (&function.attrs, &function.vis, &function.sig);
    quote! {
        #(#attrs)*
        #[allow(dead_code, unused, clippy::all)]
        #vis #sig {
            #errors
            loop {}
        }
    }
}

/// Whether a type is our `Row`, which no code that runs ever sees.
fn rows(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.segments.last().is_some_and(|s| s.ident == "Row"))
}

/// The struct of a function whose body was refused, and what goes with it.
fn structure(signature: &Signature, call: impl ToTokens) -> (TokenStream, TokenStream) {
    let (vis, name, ident) = (&signature.item.vis, &signature.name, &signature.item.sig.ident);
    let shared = signature.shared();
    let scalar = Ident::new(signature.element.name(), name.span());
    let fields: Vec<&Ident> = signature.parameters.iter().map(|p| &p.ident).collect();
    let body = if fields.is_empty() { quote!(;) } else { quote!({ #(pub #fields: #scalar),* }) };
    let (kernels, callable) = if signature.rows {
        (row_kernel(signature), callable_in_rows(signature))
    } else {
        (kernels(signature), callable(signature, call, &[]))
    };
    let structure = quote! {
        #shared
        #[allow(dead_code, missing_docs)]
        #[derive(Debug, Clone, Copy, PartialEq, Default)]
        #vis struct #name #body
    };
    let items = quote! {
        #shared
        #[allow(dead_code, missing_docs)]
        impl #name {
            pub const fn new(#(#fields: #scalar),*) -> Self {
                Self { #(#fields),* }
            }
            #callable
        }
        #shared
        #[doc(hidden)]
        #[allow(dead_code, non_camel_case_types)]
        #vis type #ident = #name;
        #shared
        const _: () = { #kernels };
    };
    (structure, items)
}

/// Kernels that no one runs.
fn kernels(signature: &Signature) -> TokenStream {
    let name = &signature.name;
    let (n, p) = (signature.inputs.len(), signature.parameters.len());
    let info = quote!(::activations::Info::new("", "", ""));
    let kernel = if n == 1 {
        quote! {
            impl ::activations::Kernel for #name {
                const INFO: ::activations::Info = #info;
                fn value<R: ::activations::Real>(&self, x: R) -> R { x }
                fn derivative<R: ::activations::Real>(&self, x: R) -> R { x }
            }
        }
    } else {
        quote! {
            impl ::activations::MultiKernel<#n> for #name {
                const INFO: ::activations::Info = #info;
                fn value<R: ::activations::Real>(&self, x: [R; #n]) -> R { x[0] }
                fn gradient<R: ::activations::Real>(&self, x: [R; #n]) -> [R; #n] { x }
            }
        }
    };
    let parametric = (p > 0).then(|| {
        let zeros = std::iter::repeat_n(quote!(0.0), p);
        quote! {
            impl ::activations::Parametric<#n, #p> for #name {
                fn parameter_gradient<R: ::activations::Real>(&self, x: [R; #n]) -> [R; #p] { [x[0]; #p] }
                fn from_gradient(_: [f64; #p]) -> Self { Self::new(#(#zeros),*) }
            }
        }
    });
    let higher = ["SecondOrder", "ThirdOrder"].iter().zip(["second_derivative", "third_derivative"]);
    let higher =
        higher.take(usize::from(signature.settings.order.saturating_sub(1))).map(|(order, method)| {
            let [order, method] = [order, &method].map(|text| Ident::new(text, name.span()));
            quote! {
                impl ::activations::#order for #name {
                    fn #method<R: ::activations::Real>(&self, x: R) -> R { x }
                }
            }
        });
    quote! { #kernel #parametric #(#higher)* }
}

/// The same for rows.
fn row_kernel(signature: &Signature) -> TokenStream {
    let (name, n) = (&signature.name, signature.inputs.len());
    let output = Ident::new(if signature.returns_row { "ToRow" } else { "ToScalar" }, name.span());
    let p = signature.parameters.len();
    let fields: Vec<&Ident> = signature.parameters.iter().map(|p| &p.ident).collect();
    let scalar = Ident::new(signature.element.name(), name.span());
    let parametric = (p > 0).then(|| {
        quote! {
            impl ::activations::row::RowParametric<#n, #p> for #name {
                fn parameter_pullback<R: ::activations::row::Cell<Scalar = S>, S: ::activations::Real>(
                    &self,
                    p: &mut ::activations::row::ParameterPullback<'_, R, #n, Self::Output>,
                ) -> [S; #p] { [p.length(); #p] }
                fn from_gradient([#(#fields),*]: [f64; #p]) -> Self { Self { #(#fields: #fields as #scalar),* } }
            }
        }
    });
    let methods = [("value", "Value"), ("pullback", "Pullback"), ("pushforward", "Pushforward")];
    let methods = methods.map(|names| {
        let [method, passes] = [names.0, names.1].map(|text| Ident::new(text, name.span()));
        quote! {
            fn #method<R: ::activations::row::Cell<Scalar = S>, S: ::activations::Real>(
                &self,
                _: &mut ::activations::row::#passes<'_, R, #n, Self::Output>,
            ) {}
        }
    });
    quote! {
        impl ::activations::RowKernel<#n> for #name {
            type Output = ::activations::row::#output;
            const INFO: ::activations::Info = ::activations::Info::new("", "", "");
            #(#methods)*
        }
        #parametric
    }
}

/// The struct of a function whose signature was refused: that of the nearest one that could be read. A method gets none,
/// for it stands in an impl block.
fn repaired(attribute: TokenStream, function: &ItemFn) -> Option<(TokenStream, TokenStream)> {
    if own_type(function).is_some() {
        return None;
    }
    let item = repair(function)?.into_token_stream();
    let read = |attribute| parse(attribute, item.clone(), &mut Diagnostics::new());
    let renamed = other_name(function).map(|name| quote!(name = #name, #attribute));
    let signature = read(attribute).or_else(|| read(renamed?))?;
    let scalar = Ident::new(signature.element.name(), signature.name.span());
    let ignored = signature.roles().into_iter().map(|_| quote!(_));
    Some(structure(&signature, quote!(|#(#ignored),*| #scalar::NAN)))
}
