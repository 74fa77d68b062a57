//! A function as it may have been meant whose signature was refused, so that those who call it and use its struct have
//! nothing more to say.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Expr, FnArg, GenericArgument, GenericParam, ItemFn, Meta, Pat, PathArguments, ReturnType,
    Safety, Signature, Type, parse_quote,
};

use crate::function::Element;
use crate::parse::{Kind, MOST_INPUTS, PRIMITIVES, is_ours, is_vector, known};

/// The function of numbers, or of rows, that is nearest to this one, with an empty body. `None` for a method.
pub(crate) fn repair(function: &ItemFn) -> Option<ItemFn> {
    let mut item = function.clone();
    item.attrs.retain(|attribute| !is_ours(attribute));
    item.block = parse_quote!({});
    let sig = &mut item.sig;
    (sig.constness, sig.asyncness, sig.abi, sig.variadic) = (None, None, None, None);
    (sig.safety, sig.generics) = (Safety::Default, syn::Generics::default());
    let mut kinds: Vec<Kind> = Vec::new();
    for argument in &sig.inputs {
        let FnArg::Typed(argument) = argument else { return None };
        kinds.extend(known(&argument.ty));
    }
    let element = kinds.first().map_or(Element::F32, |(_, element)| *element);
    let rows = kinds.iter().any(|(row, _)| *row);
    let ty = |row: bool| -> Type {
        let scalar = Ident::new(element.name(), Span::call_site());
        if row { parse_quote!(Row<#scalar>) } else { parse_quote!(#scalar) }
    };
    if sig.inputs.is_empty() {
        sig.inputs.push(parse_quote!(x: f32));
    }
    let mut inputs = 0;
    let mut seen: Vec<Ident> = Vec::new();
    for (n, argument) in sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(argument) = argument else { continue };
        argument.attrs.retain_mut(role);
        let mut is_parameter = argument
            .attrs
            .iter()
            .any(|attribute| matches!(attribute.meta, Meta::Path(_)) && attribute.path().is_ident("param"));
        if !is_parameter && inputs == MOST_INPUTS {
            argument.attrs = vec![parse_quote!(#[param])];
            is_parameter = true;
        }
        inputs += usize::from(!is_parameter);
        *argument.ty = ty(rows && !is_parameter);
        let ident = match &*argument.pat {
            Pat::Ident(pat) if !seen.contains(&pat.ident) => pat.ident.clone(),
            _ => Ident::new(&format!("argument{n}"), Span::call_site()),
        };
        *argument.pat = parse_quote!(#ident);
        seen.push(ident);
    }
    // What has parameters only has forgotten which of them is its input.
    if let (0, Some(FnArg::Typed(first))) = (inputs, sig.inputs.first_mut()) {
        first.attrs.clear();
        *first.ty = ty(rows);
    }
    let is_row = |ty: &Type| known(ty).is_some_and(|(row, _)| row) || is_vector(ty);
    let returns_row = matches!(&sig.output, ReturnType::Type(_, ty) if is_row(ty));
    let output = ty(rows && returns_row);
    sig.output = parse_quote!(-> #output);
    Some(item)
}

/// Takes the type parameters of a generic function for numbers.
pub(crate) fn concrete(sig: &mut Signature) {
    let names = sig.generics.type_params().map(|parameter| parameter.ident.clone()).collect();
    Concrete(names).visit_signature_mut(sig);
    sig.generics.where_clause = None;
    let others = std::mem::take(&mut sig.generics.params).into_iter();
    sig.generics.params = others.filter(|parameter| !matches!(parameter, GenericParam::Type(_))).collect();
}

struct Concrete(Vec<Ident>);

impl VisitMut for Concrete {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        visit_mut::visit_type_mut(self, ty);
        if matches!(ty, Type::Path(path) if self.0.iter().any(|name| path.path.is_ident(name))) {
            *ty = parse_quote!(f32);
        }
    }
}

/// Whether a type is there for certain, wherever it is named.
pub(crate) fn is_standard(ty: &Type) -> bool {
    match ty {
        Type::Paren(inner) => is_standard(&inner.elem),
        Type::Group(inner) => is_standard(&inner.elem),
        Type::Reference(inner) => inner.lifetime.is_none() && is_standard(&inner.elem),
        Type::Slice(inner) => is_standard(&inner.elem),
        Type::Array(inner) => is_standard(&inner.elem) && matches!(inner.len, Expr::Lit(_)),
        Type::Tuple(tuple) => tuple.elems.iter().all(is_standard),
        Type::Path(path) => {
            let Some(last) = path.path.segments.last().filter(|_| path.path.segments.len() == 1) else {
                return false;
            };
            let name = last.ident.to_string();
            let is_type =
                |argument: &GenericArgument| matches!(argument, GenericArgument::Type(ty) if is_standard(ty));
            match &last.arguments {
                PathArguments::None => {
                    name == "String" || PRIMITIVES.contains(&name.as_str()) && !name.starts_with("f1")
                }
                PathArguments::AngleBracketed(list) => {
                    matches!(name.as_str(), "Vec" | "Option" | "Box") && list.args.iter().all(is_type)
                }
                PathArguments::Parenthesized(_) => false,
            }
        }
        _ => false,
    }
}

/// Whether an attribute says what an argument is for; a default, which may be what was refused, is left out of it.
fn role(attribute: &mut Attribute) -> bool {
    let is_channel = |list: &syn::MetaList| list.tokens.to_string() == "channel";
    if attribute.path().is_ident("param") && !matches!(&attribute.meta, Meta::List(list) if is_channel(list))
    {
        attribute.meta = Meta::Path(attribute.path().clone());
    }
    attribute.path().is_ident("param") || attribute.path().is_ident("channel")
}

/// The head of a function whose body is no Rust.
pub(crate) fn head(item: TokenStream) -> Option<ItemFn> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    match tokens.pop() {
        Some(TokenTree::Group(_)) => {}
        _ => return None,
    }
    tokens.extend(quote::quote!({}));
    syn::parse2(tokens.into_iter().collect()).ok()
}

/// The same tokens without the attributes of arguments, which only a function that was expanded does without.
pub(crate) fn without_roles(item: TokenStream) -> TokenStream {
    let is_role = |group: &Group| {
        let first = group.stream().into_iter().next().map(|token| token.to_string());
        matches!(first.as_deref(), Some("param" | "channel"))
    };
    let arguments = |group: Group| {
        let mut kept: Vec<TokenTree> = Vec::new();
        for token in group.stream() {
            match token {
                TokenTree::Group(attribute) if is_role(&attribute) => drop(kept.pop()),
                token => kept.push(token),
            }
        }
        let mut arguments = Group::new(group.delimiter(), kept.into_iter().collect());
        arguments.set_span(group.span());
        arguments
    };
    let tokens = item.into_iter().map(|token| match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => arguments(group).into(),
        token => token,
    });
    tokens.collect()
}

/// A name for the struct of a function whose own leaves none.
pub(crate) fn other_name(function: &ItemFn) -> Option<Ident> {
    let text = function.sig.ident.to_token_stream().to_string();
    syn::parse_str::<Ident>(&format!("{}Activation", text.trim_start_matches("r#"))).ok()
}
