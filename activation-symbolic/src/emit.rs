//! The expansion: the fn as written, a struct for it, its kernel, its documentation.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::beside::beside;
use crate::callable::{callable, roles, scope};
use crate::code::{Code, Scope, callee_name, code};
use crate::differentiate::differentiate;
use crate::document::{self, Formulas};
use crate::format::Notation;
use crate::function::{Element, Function, Parameter};
use crate::graph::{Id, IdMap, Op};
use crate::primitive::Primitive;

/// The derivatives of a function, as nodes of its graph.
#[derive(Debug, Clone, Default)]
pub struct Derivatives {
    /// With respect to each input.
    pub inputs: Vec<Id>,
    /// With respect to each parameter.
    pub parameters: Vec<Id>,
    /// The second and, where wanted, the third derivative (one input).
    pub higher: Vec<Id>,
    /// The value, followed by the derivatives with respect to the inputs, as they are computed.
    pub computed: Vec<Id>,
    /// Where the value, and where the derivatives, have to be computed again in extended precision.
    pub rescue: [Option<Id>; 2],
    /// Where the derivatives with respect to the parameters have to be.
    pub rescue_parameters: Option<Id>,
}

/// All items that the attribute's function becomes.
pub fn emit(function: &Function, derivatives: &Derivatives) -> TokenStream {
    let item = &function.signature.item;
    let formulas = document::formulas(function, derivatives, Notation::Text);
    let (structure, items) = declare(function, derivatives, &formulas);
    let kernels = [
        kernel(function, derivatives, &formulas),
        parametric(function, derivatives),
        higher(function, derivatives),
    ];
    let test = test(function);
    let shared = function.signature.shared();
    let witnesses = function.witnesses.iter().map(|witness| quote!(#shared #witness));
    let roles = roles(function);
    let rest = scope(function, quote!(#roles #(#kernels)* #(#witnesses)*));
    let structure = beside(&structure, &quote!(#items #rest #test));
    quote! {
        #[allow(dead_code)]
        #item
        #structure
    }
}

/// The struct; its constructor and default, and the alias that lets one `use` import fn and kernel.
fn declare(
    function: &Function,
    derivatives: &Derivatives,
    formulas: &Formulas,
) -> (TokenStream, TokenStream) {
    let signature = &function.signature;
    let (vis, name, alias) = (&signature.item.vis, &signature.name, &signature.item.sig.ident);
    let shared = signature.shared();
    let docs = document::of(function, derivatives, formulas);
    let scalar = scalar(signature.element);
    let idents: Vec<&Ident> = signature.parameters.iter().map(|p| &p.ident).collect();
    let field_docs = idents.iter().map(|ident| format!(" The parameter `{}`.", document::plain(ident)));
    let body = if idents.is_empty() {
        quote!(;)
    } else {
        quote!({ #(#[doc = #field_docs] pub #idents: #scalar),* })
    };
    let defaults: Option<Vec<&syn::Expr>> =
        signature.parameters.iter().map(|p| p.default.as_ref().map(|(written, _)| written)).collect();
    let (unit, derived) = if idents.is_empty() { (true, quote!(, Default)) } else { (false, quote!()) };
    let default = defaults.filter(|_| !unit).map(|defaults| {
        quote! {
            #shared
            impl ::core::default::Default for #name {
                fn default() -> Self {
                    Self { #(#idents: #defaults),* }
                }
            }
        }
    });
    let alias = (alias != name).then(|| {
        quote! {
            #shared
            #[doc(hidden)]
            #[allow(dead_code, non_camel_case_types)]
            #vis type #alias = #name;
        }
    });
    let callable = callable(signature, &signature.item.sig.ident, &function.graph.callees);
    let construct = if unit {
        quote! {
            /// The activation; it has no parameters.
            pub const fn new() -> Self {
                Self
            }
        }
    } else {
        quote! {
            /// The activation with these parameters.
            pub const fn new(#(#idents: #scalar),*) -> Self {
                Self { #(#idents),* }
            }
        }
    };
    let structure = quote! {
        #shared
        #(#[doc = #docs])*
        #[allow(dead_code)]
        #[derive(Debug, Clone, Copy, PartialEq #derived)]
        #vis struct #name #body
    };
    let items = quote! {
        #shared
        #[allow(dead_code)]
        impl #name {
            #construct
            #callable
        }
        #default
        #alias
    };
    (structure, items)
}

/// The implementation of `Kernel`, or of `MultiKernel` for several inputs.
fn kernel(function: &Function, derivatives: &Derivatives, formulas: &Formulas) -> TokenStream {
    let signature = &function.signature;
    let name = &signature.name;
    let shared = signature.shared();
    let info = document::info(function, derivatives, formulas);
    let idents: Vec<&Ident> = signature.inputs.iter().map(|i| &i.ident).collect();
    let n = Literal::usize_unsuffixed(idents.len());
    let several = idents.len() > 1;

    let (value, slopes) = derivatives.computed.split_at(1);
    let (value, slopes) = (method(function, value), method(function, slopes));
    let both = method(function, &derivatives.computed);
    let rescue = rescue(function, derivatives);
    let from_output = from_output(function, derivatives);

    let Code { statements: value_statements, results: value } = value;
    let Code { statements: slope_statements, results: slopes } = slopes;
    let Code { statements: both_statements, results: both } = both;
    let (head, tail) = both.split_first().map_or((quote!(), &[][..]), |(head, tail)| (head.clone(), tail));
    if several {
        quote! {
            #shared
            #[allow(clippy::all, clippy::pedantic)]
            impl ::activations::MultiKernel<#n> for #name {
                const INFO: ::activations::Info = #info;
                #[inline(always)]
                fn value<R: ::activations::Real>(&self, [#(#idents),*]: [R; #n]) -> R {
                    #value_statements
                    #(#value)*
                }
                #[inline(always)]
                fn gradient<R: ::activations::Real>(&self, [#(#idents),*]: [R; #n]) -> [R; #n] {
                    #slope_statements
                    [#(#slopes),*]
                }
                #[inline(always)]
                fn value_and_gradient<R: ::activations::Real>(&self, [#(#idents),*]: [R; #n]) -> (R, [R; #n]) {
                    #both_statements
                    (#head, [#(#tail),*])
                }
                #rescue
            }
        }
    } else {
        let x = &idents[0];
        quote! {
            #shared
            #[allow(clippy::all, clippy::pedantic)]
            impl ::activations::Kernel for #name {
                const INFO: ::activations::Info = #info;
                #[inline(always)]
                fn value<R: ::activations::Real>(&self, #x: R) -> R {
                    #value_statements
                    #(#value)*
                }
                #[inline(always)]
                fn derivative<R: ::activations::Real>(&self, #x: R) -> R {
                    #slope_statements
                    #(#slopes)*
                }
                #[inline(always)]
                fn value_and_derivative<R: ::activations::Real>(&self, #x: R) -> (R, R) {
                    #both_statements
                    (#head, #(#tail),*)
                }
                #from_output
                #rescue
            }
        }
    }
}

/// The code of some nodes in the scope of a method.
fn method(function: &Function, roots: &[Id]) -> Code {
    let mut scope = Scope::new(&function.signature);
    scope.fused = function.fused.clone();
    code(&function.graph, roots, &scope)
}

/// `fn derivative_from_output`, where the derivative is a function of the output.
fn from_output(function: &Function, derivatives: &Derivatives) -> TokenStream {
    let (value, mut graph) = (function.value, function.graph.clone());
    let slope = match (document::saves(function, derivatives).0, graph.view(value)) {
        ("Nothing" | "Output", _) => derivatives.inputs[0],
        // tanh′ = (1 − y)(1 + y), σ′ = y(1 − y): times the slope of a linear argument, which is a constant.
        ("InputOrOutput", (Op::Apply(primitive), &[argument])) => {
            let one = graph.constant(1.0);
            let below = graph.sub(one, value);
            let factor = if primitive == Primitive::Tanh { graph.add(one, value) } else { value };
            let slope = graph.mul(factor, below);
            let inner = differentiate(&mut graph, argument, Op::Input(0));
            graph.mul(inner, slope)
        }
        _ => return TokenStream::new(),
    };
    let taken = function.signature.parameters.iter().any(|parameter| parameter.ident == "y");
    let y = Ident::new(if taken { "output" } else { "y" }, Span::mixed_site());
    let scope = Scope {
        witness: quote!(#y),
        given: IdMap::from_iter([(value, quote!(#y))]),
        ..Scope::new(&function.signature)
    };
    let Code { statements, results } = code(&graph, &[slope], &scope);
    quote! {
        #[inline(always)]
        fn derivative_from_output<R: ::activations::Real>(&self, #y: R) -> ::core::option::Option<R> {
            #statements
            ::core::option::Option::Some(#(#results)*)
        }
    }
}

/// `fn rescue`, where a mask or a callee asks for it.
fn rescue(function: &Function, derivatives: &Derivatives) -> TokenStream {
    let signature = &function.signature;
    let calls = calls(function, derivatives);
    let Some(Code { statements, results }) = masks(function, &calls, derivatives.rescue) else {
        return TokenStream::new();
    };
    let idents: Vec<&Ident> = signature.inputs.iter().map(|i| &i.ident).collect();
    let n = Literal::usize_unsuffixed(idents.len());
    let argument = match idents.as_slice() {
        [x] => quote!(#x: R),
        _ => quote!([#(#idents),*]: [R; #n]),
    };
    let [value, derivative] = derivatives.rescue.map(|mask| mask.is_some() || !calls.is_empty());
    quote! {
        const RESCUES: [bool; 2] = [#value, #derivative];
        #[inline(always)]
        fn rescue<R: ::activations::Real>(&self, #argument) -> [::core::option::Option<R::Mask>; 2] {
            #statements
            #(#results)*
        }
    }
}

/// The calls of others that a function is computed from.
fn calls(function: &Function, derivatives: &Derivatives) -> Vec<Id> {
    let graph = &function.graph;
    let order = graph.topological(&derivatives.computed).into_iter();
    order.filter(|&id| matches!(graph.op(id), Op::Call { part: crate::graph::Part::Value, .. })).collect()
}

/// A pair of masks, with those of the callees; none where there are none.
fn masks(function: &Function, calls: &[Id], own: [Option<Id>; 2]) -> Option<Code> {
    let graph = &function.graph;
    let masks: Vec<Id> = own.iter().flatten().copied().collect();
    if masks.is_empty() && calls.is_empty() {
        return None;
    }
    let inputs = calls.iter().flat_map(|&id| graph.arguments(id).to_vec());
    let wanted: Vec<Id> = masks.iter().copied().chain(calls.iter().copied()).chain(inputs).collect();
    let Code { statements, results } = method(function, &wanted);
    let mut results = results.into_iter();
    let mut mask = |id: Option<Id>| match id.and_then(|_| results.next()) {
        Some(mask) => quote!(::core::option::Option::Some(#mask)),
        None => quote!(::core::option::Option::None),
    };
    let mut pair = {
        let [first, second] = own.map(&mut mask);
        quote!([#first, #second])
    };
    let results: Vec<TokenStream> = results.collect();
    let mut inputs = results[calls.len().min(results.len())..].iter();
    for &call in calls {
        let Op::Call { callee, .. } = graph.op(call) else { continue };
        let kernel = callee_name(callee);
        let arguments: Vec<&TokenStream> = inputs.by_ref().take(graph.arguments(call).len()).collect();
        let inner = match arguments.as_slice() {
            [x] => quote!(::activations::Kernel::rescue(&#kernel, #x)),
            _ => quote!(::activations::MultiKernel::rescue(&#kernel, [#(#arguments),*])),
        };
        pair = quote!(::activations::either_mask(#pair, #inner));
    }
    Some(Code { statements, results: vec![pair] })
}

/// `fn rescue_parameters`, where a mask or a callee asks for it.
fn rescue_parameters(function: &Function, derivatives: &Derivatives) -> TokenStream {
    let calls = calls(function, derivatives);
    let own = derivatives.rescue_parameters;
    let (statements, mask) = if calls.is_empty() {
        let Some(own) = own else { return TokenStream::new() };
        let Code { statements, results } = method(function, &[own]);
        (statements, quote!(::core::option::Option::Some(#(#results)*)))
    } else {
        let Some(Code { statements, results }) = masks(function, &calls, [own, None]) else {
            return TokenStream::new();
        };
        let statements = quote!(#statements let masks = #(#results)*;);
        (statements, quote!(::activations::either_mask(masks, [masks[1], masks[0]])[0]))
    };
    let inputs: Vec<&Ident> = function.signature.inputs.iter().map(|i| &i.ident).collect();
    let n = Literal::usize_unsuffixed(inputs.len());
    quote! {
        const RESCUES_PARAMETERS: bool = true;
        #[inline(always)]
        fn rescue_parameters<R: ::activations::Real>(
            &self,
            [#(#inputs),*]: [R; #n],
        ) -> ::core::option::Option<R::Mask> {
            #statements
            #mask
        }
    }
}

/// The derivatives with respect to the parameters.
fn parametric(function: &Function, derivatives: &Derivatives) -> TokenStream {
    let signature = &function.signature;
    let parameters: Vec<&Parameter> = signature.parameters.iter().collect();
    if parameters.is_empty() || derivatives.parameters.len() != parameters.len() {
        return TokenStream::new();
    }
    let name = &signature.name;
    let idents: Vec<&Ident> = parameters.iter().map(|p| &p.ident).collect();
    let inputs: Vec<&Ident> = signature.inputs.iter().map(|i| &i.ident).collect();
    let shared = signature.shared();
    let (n, p) = (Literal::usize_unsuffixed(inputs.len()), Literal::usize_unsuffixed(idents.len()));
    let Code { statements, results } = method(function, &derivatives.parameters);
    let scalar = scalar(signature.element);
    let rescue = rescue_parameters(function, derivatives);
    quote! {
        #shared
        #[allow(clippy::all, clippy::pedantic)]
        impl ::activations::Parametric<#n, #p> for #name {
            #[inline(always)]
            fn parameter_gradient<R: ::activations::Real>(&self, [#(#inputs),*]: [R; #n]) -> [R; #p] {
                #statements
                [#(#results),*]
            }
            #rescue
            fn from_gradient([#(#idents),*]: [f64; #p]) -> Self {
                Self { #(#idents: #idents as #scalar),* }
            }
        }
    }
}

/// Second and third derivatives.
fn higher(function: &Function, derivatives: &Derivatives) -> TokenStream {
    let signature = &function.signature;
    let (name, x) = (&signature.name, &signature.inputs[0].ident);
    let shared = signature.shared();
    let traits = [("SecondOrder", "second_derivative"), ("ThirdOrder", "third_derivative")];
    let impls = derivatives.higher.iter().zip(traits).map(|(&root, (order, derivative))| {
        let (order, derivative) =
            (Ident::new(order, Span::call_site()), Ident::new(derivative, Span::call_site()));
        let Code { statements, results } = method(function, &[root]);
        quote! {
            #shared
            #[allow(clippy::all, clippy::pedantic)]
            impl ::activations::#order for #name {
                #[inline(always)]
                fn #derivative<R: ::activations::Real>(&self, #x: R) -> R {
                    #statements
                    #(#results)*
                }
            }
        }
    });
    quote!(#(#impls)*)
}

/// The gradient check that `#[activation(test)]` asks for: of the inputs, and of the parameters of one input.
pub(crate) fn test(function: &Function) -> TokenStream {
    let signature = &function.signature;
    // What a straight-through estimator is meant to be, no difference quotient is.
    if !signature.settings.test || signature.settings.straight_through {
        return TokenStream::new();
    }
    let name = &signature.name;
    let test =
        Ident::new(&format!("gradcheck_{}", document::plain(&signature.item.sig.ident)), Span::call_site());
    let (low, high) = signature.settings.domain;
    let [low, high] = [low.max(-10.0), high.min(10.0)].map(Literal::f64_suffixed);
    let ranges = signature.inputs.iter().map(|_| quote!(#low..=#high));
    let inputs = match (signature.rows, signature.inputs.len()) {
        (true, _) => quote!(gradcheck_rows(&kernel, [#(#ranges),*])),
        (false, 1) => quote!(gradcheck(&kernel, #low..=#high)),
        (false, _) => quote!(gradcheck_inputs(&kernel, [#(#ranges),*])),
    };
    let parametric = !signature.rows && signature.inputs.len() == 1 && !signature.parameters.is_empty();
    let parameters = parametric.then(|| {
        let fields = signature.parameters.iter().map(|parameter| &parameter.ident);
        quote! {
            let report = ::activations::gradcheck_parameters::<#name, _>([#(kernel.#fields as f64),*], #low..=#high);
            ::core::assert!(report.passed(), "{report}");
        }
    });
    quote! {
        #[cfg(test)]
        #[test]
        #[allow(clippy::all, clippy::pedantic)]
        fn #test() {
            let kernel = <#name as ::core::default::Default>::default();
            let report = ::activations::#inputs;
            ::core::assert!(report.passed(), "{report}");
            #parameters
        }
    }
}

/// `f32` or `f64` as tokens.
pub fn scalar(element: Element) -> TokenStream {
    match element {
        Element::F32 => quote!(f32),
        Element::F64 => quote!(f64),
    }
}
