//! The types of arguments and of the result.

use proc_macro2::{Ident, TokenTree};
use quote::ToTokens;
use syn::{ItemFn, ReturnType, Type};

use crate::diagnostic::Diagnostics;
use crate::function::Element;

/// Whether a type is a row, and what it is made of.
pub(crate) type Kind = (bool, Element);

pub(super) fn kind_of(ty: &Type, diagnostics: &mut Diagnostics) -> Option<Kind> {
    if let Some(kind) = known(ty) {
        return Some(kind);
    }
    diagnostics.error_spanned(ty, type_message(ty));
    None
}

/// f32, f64, `Row<f32>`, `Row<f64>`.
pub(crate) fn known(ty: &Type) -> Option<Kind> {
    let path = match ty {
        Type::Path(path) if path.qself.is_none() => path,
        Type::Paren(paren) => return known(&paren.elem),
        Type::Group(group) => return known(&group.elem),
        _ => return None,
    };
    let last = path.path.segments.last()?;
    let scalar = match last.ident.to_string().as_str() {
        "f32" => Some(Element::F32),
        "f64" => Some(Element::F64),
        _ => None,
    };
    match (&last.arguments, scalar) {
        (syn::PathArguments::None, Some(element)) => Some((false, element)),
        (syn::PathArguments::AngleBracketed(arguments), None) if last.ident == "Row" => {
            match arguments.args.first() {
                Some(syn::GenericArgument::Type(inner)) if arguments.args.len() == 1 => match known(inner)? {
                    (false, element) => Some((true, element)),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

/// Whether a type is made of the parameters of a generic function, which is refused as such.
pub(super) fn is_generic(ty: &Type, generics: &syn::Generics) -> bool {
    use syn::GenericParam::{Const, Lifetime, Type};
    let name = |parameter: &syn::GenericParam| match parameter {
        Lifetime(lifetime) => lifetime.lifetime.ident.clone(),
        Type(ty) => ty.ident.clone(),
        Const(constant) => constant.ident.clone(),
    };
    let names: Vec<Ident> = generics.params.iter().map(name).collect();
    let mut idents = ty.to_token_stream().into_iter();
    idents.any(|token| matches!(token, TokenTree::Ident(ident) if names.contains(&ident)))
}

/// A type as a user would write it.
fn text(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (spaced, tight) in [(" <", "<"), ("< ", "<"), (" >", ">"), ("& ", "&"), (" ::", "::"), (":: ", "::")]
    {
        text = text.replace(spaced, tight);
    }
    text
}

/// Why a type is none of ours, and which one to take.
fn type_message(ty: &Type) -> String {
    let text = text(ty);
    let hint = match text.trim_start_matches('&').trim_start_matches("mut ") {
        "f16" | "bf16" | "half::f16" | "half::bf16" => {
            "write f32, the kernel serves f16 and bf16 slices as well"
        }
        "bool" => "compare a number in the body instead, or make two functions",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => {
            "a function of integers has no derivative; an exponent or a count can be a `const`"
        }
        "f32" | "f64" => "take the number by value",
        "Row<f32>" | "Row<f64>" => "a row goes by value here, leave `&` out",
        "Row" => "state what it is made of, as in `Row<f32>`",
        other if other.contains('[') || other.starts_with("Vec") || other.starts_with("Array") => {
            "the loop over elements is made for you; a function of whole rows takes `Row<f32>`"
        }
        other if other.starts_with("Row<") => "write `Row<f32>`, which can be differentiated and vectorised",
        _ => "write `f32`, which can be differentiated and vectorised",
    };
    format!("`{text}` is neither f32 nor f64 (nor a `Row` of them): {hint}")
}

/// Whether an input has the type of those before it.
pub(super) fn agree(kind: &mut Option<Kind>, found: Kind, ty: &Type, diagnostics: &mut Diagnostics) -> bool {
    match *kind {
        None => *kind = Some(found),
        Some(expected) if expected == found => {}
        Some((_, element)) if element != found.1 => mixed(found.1, element, ty, diagnostics),
        Some((true, _)) => diagnostics.error_spanned(
            ty,
            "beside rows, a number is the same for all rows: mark it `#[param]`, or make it a `Row` too",
        ),
        Some(_) => diagnostics.error_spanned(
            ty,
            "all inputs are rows, or none is: make the others rows too, or this one a number",
        ),
    }
    *kind == Some(found)
}

pub(super) fn mixed(found: Element, expected: Element, ty: &Type, diagnostics: &mut Diagnostics) {
    diagnostics.error_spanned(
        ty,
        format!(
            "`{}` beside `{}`: a function computes in one element type, so that no conversion rounds in between; write \
             `{1}`",
            found.name(),
            expected.name()
        ),
    );
}

/// `Vec<f32>`, `&[f32]`, `[f32; 3]`
pub(crate) fn is_vector(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Vec"),
        Type::Reference(reference) => is_vector(&reference.elem),
        Type::Slice(_) | Type::Array(_) => true,
        _ => false,
    }
}

/// Whether the function returns a row.
pub(super) fn returned(
    item: &ItemFn,
    rows: bool,
    element: Element,
    diagnostics: &mut Diagnostics,
) -> Option<bool> {
    let wanted = element.name();
    let ReturnType::Type(_, ty) = &item.sig.output else {
        diagnostics.error(
            item.sig.ident.span(),
            format!("the function returns nothing that could be differentiated: write `-> {wanted}`"),
        );
        return None;
    };
    match known(ty) {
        Some((row, found)) if found == element => {
            if row && !rows {
                diagnostics.error_spanned(
                    ty,
                    format!(
                        "a row out needs a row in: make the input a `Row<{wanted}>`, or return `{wanted}`"
                    ),
                );
            }
            return Some(row);
        }
        Some((_, found)) => mixed(found, element, ty, diagnostics),
        None if is_generic(ty, &item.sig.generics) => {}
        None => {
            let text = text(ty);
            let hint = match &**ty {
                _ if rows && is_vector(ty) => {
                    diagnostics.error_spanned(
                        ty,
                        format!(
                            "`{text}` is what the finished fn returns, and what is declared is a row: write \
                             `-> Row<{wanted}>`"
                        ),
                    );
                    return None;
                }
                Type::Tuple(tuple) if !tuple.elems.is_empty() => {
                    "write one function for each of several results"
                }
                Type::Path(path) if path.path.is_ident("bool") => {
                    "for a truth value, which is flat with a jump, take a smooth score such as `sigmoid(x)`"
                }
                _ => "that is what the next layer takes",
            };
            diagnostics
                .error_spanned(ty, format!("`{text}` can't be differentiated: return `{wanted}`; {hint}"));
        }
    }
    None
}
