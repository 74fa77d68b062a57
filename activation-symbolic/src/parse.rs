//! The attribute and the signature: what is declared, before the body is looked at.

pub(crate) mod literal;
mod settings;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, FnArg, Item, ItemFn, Pat, ReturnType, Type};

use crate::diagnostic::Diagnostics;
use crate::function::{Element, Input, Parameter, Settings, Signature};

/// The most inputs that a function may have.
const MOST_INPUTS: usize = 4;

/// Reads the attribute's arguments and the item's signature. `None` if the signature was refused: then nothing can
/// be said about the body.
pub fn parse(attribute: TokenStream, item: TokenStream, diagnostics: &mut Diagnostics) -> Option<Signature> {
    let settings = settings::settings(attribute, diagnostics);
    let mut errors = Diagnostics::new();
    let signature = function(item, &mut errors).and_then(|item| signature(settings, item, &mut errors));
    let refused = !errors.is_empty();
    diagnostics.append(errors);
    signature.filter(|_| !refused)
}

/// The item, if it is a function.
fn function(item: TokenStream, diagnostics: &mut Diagnostics) -> Option<ItemFn> {
    let (span, what) = match syn::parse2::<Item>(item) {
        Ok(Item::Fn(function)) => return Some(function),
        Ok(Item::Struct(i)) => (i.struct_token.span, "a struct"),
        Ok(Item::Enum(i)) => (i.enum_token.span, "an enum"),
        Ok(Item::Union(i)) => (i.union_token.span, "a union"),
        Ok(Item::Trait(i)) => (i.trait_token.span, "a trait"),
        Ok(Item::Impl(i)) => (i.impl_token.span, "an impl block"),
        Ok(Item::Mod(i)) => (i.mod_token.span, "a module"),
        Ok(Item::Const(i)) => (i.const_token.span, "a constant"),
        Ok(Item::Static(i)) => (i.static_token.span, "a static"),
        Ok(Item::Type(i)) => (i.type_token.span, "a type alias"),
        Ok(Item::Use(i)) => (i.use_token.span, "an import"),
        Ok(Item::ExternCrate(i)) => (i.extern_token.span, "an import"),
        Ok(Item::Macro(i)) => (i.mac.path.span(), "a macro"),
        Ok(Item::ForeignMod(i)) => (i.abi.extern_token.span, "a foreign module"),
        Ok(other) => (declaration(&other), "a declaration without a body"),
        Err(error) => {
            diagnostics.push(error);
            return None;
        }
    };
    diagnostics.error(
        span,
        format!(
            "this is {what}, but #[activation] differentiates the body of a free function: write \
             `#[activation] fn name(x: f32) -> f32 {{ … }}`"
        ),
    );
    None
}

/// The `fn` of an item that syn doesn't take apart.
fn declaration(item: &Item) -> Span {
    let mut tokens = item.to_token_stream().into_iter();
    tokens.find(|token| token.to_string() == "fn").map_or_else(|| item.span(), |token| token.span())
}

fn signature(settings: Settings, mut item: ItemFn, diagnostics: &mut Diagnostics) -> Option<Signature> {
    qualifiers(&item, diagnostics);
    let mut inputs = Vec::new();
    let mut parameters = Vec::new();
    let mut kind: Option<Kind> = None;
    for argument in &mut item.sig.inputs {
        let argument = match argument {
            FnArg::Typed(argument) => argument,
            FnArg::Receiver(receiver) => {
                diagnostics.error(
                    receiver.self_token.span,
                    "a method has a receiver that can't be differentiated: #[activation] takes a free function, with \
                     what it needs of `self` as `#[param]` arguments",
                );
                continue;
            }
        };
        let role = role(&mut argument.attrs, diagnostics);
        let Some(ident) = name(&argument.pat, diagnostics) else { continue };
        let Some((found, element)) = kind_of(&argument.ty, diagnostics) else { continue };
        match role {
            Role::Input { channel } => {
                if agree(&mut kind, (found, element), &argument.ty, diagnostics) {
                    inputs.push(Input { ident, channel });
                }
            }
            Role::Parameter { default, channel } => {
                if found {
                    diagnostics.error_spanned(
                        &argument.ty,
                        "a parameter is one number for all rows: give it the type of the rows' elements",
                    );
                }
                let default = default.map(|expr| default_value(*expr, element, diagnostics));
                parameters.push((Parameter { ident, default, channel }, element, argument.ty.clone()));
            }
        }
    }
    let Some((rows, element)) = kind else {
        let refused = !diagnostics.is_empty();
        if !refused {
            let span = item.sig.inputs.first().map_or(item.sig.ident.span(), Spanned::span);
            diagnostics.error(
                span,
                "there is no input to differentiate by: an argument without `#[param]` is one, as in `x: f32`",
            );
        }
        return None;
    };
    for (_, found, ty) in &parameters {
        if *found != element {
            mixed(*found, element, ty, diagnostics);
        }
    }
    if inputs.len() > MOST_INPUTS {
        diagnostics.error(
            inputs[MOST_INPUTS].ident.span(),
            format!(
                "more than {MOST_INPUTS} inputs: each is a slice of its own in every pass; mark with `#[param]` what is \
                 the same for all elements"
            ),
        );
    }
    let returns_row = returned(&item, rows, element, diagnostics)?;
    let name = struct_name(&settings, &item.sig.ident, diagnostics)?;
    let parameters: Vec<Parameter> = parameters.into_iter().map(|(parameter, ..)| parameter).collect();
    distinct(&inputs, &parameters, diagnostics);
    let signature = Signature { item, settings, name, element, rows, returns_row, inputs, parameters };
    fitting(&signature, diagnostics);
    Some(signature)
}

/// Settings that don't fit the signature.
fn fitting(signature: &Signature, diagnostics: &mut Diagnostics) {
    let settings = &signature.settings;
    if let (Some(own), true) = (&settings.derivative, signature.rows) {
        diagnostics.error_spanned(
            own,
            "the derivative of a function of rows is a matrix: state its product with the gradient, `vjp = |x, y, dy| …`",
        );
    }
    if let (Some(own), None, false) = (&settings.vjp, &settings.derivative, signature.rows) {
        diagnostics.error_spanned(own, "`vjp` is for functions of rows: here write `derivative = |x| …`");
    }
    if let (Some(own), false, 2..) = (&settings.derivative, signature.rows, signature.inputs.len()) {
        diagnostics.error_spanned(
            own,
            "`derivative` is for functions of one input: of several inputs the gradient is found by the compiler alone",
        );
    }
    if settings.order > 1 && (signature.rows || signature.inputs.len() > 1) {
        diagnostics.error(
            signature.item.sig.ident.span(),
            "`order` is for functions of one number: higher derivatives of several inputs are tensors",
        );
    }
}

/// Refuses what makes the item more than a plain function.
fn qualifiers(item: &ItemFn, diagnostics: &mut Diagnostics) {
    let sig = &item.sig;
    if let Some(token) = &sig.constness {
        diagnostics.error(
            token.span,
            "a `const fn` can't call exp or tanh: remove `const`, #[activation] makes the constants it needs itself",
        );
    }
    if let Some(token) = &sig.asyncness {
        diagnostics.error(token.span, "an `async fn` returns a future and not a number: remove `async`");
    }
    if let syn::Safety::Unsafe(token) = &sig.safety {
        diagnostics
            .error(token.span, "arithmetic needs no `unsafe`: remove it, so that all may call the function");
    }
    if let Some(abi) = &sig.abi {
        diagnostics.error_spanned(
            abi,
            "the kernel is Rust code, compiled for each instruction set: remove `extern`, and export a function that \
             calls this one",
        );
    }
    if let Some(parameter) = sig.generics.params.first() {
        diagnostics.error_spanned(
            parameter,
            "a generic function has no formula yet: write f32, the kernel serves f64, f16 and bf16 too",
        );
    }
    if let Some(clause) = &sig.generics.where_clause {
        diagnostics.error(
            clause.where_token.span,
            "there is nothing to bound in a function of numbers: remove `where`",
        );
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.error_spanned(variadic.dots, "the number of inputs is fixed: name each of them");
    }
}

/// What an argument is for.
enum Role {
    Input { channel: bool },
    Parameter { default: Option<Box<Expr>>, channel: bool },
}

/// Takes our attributes (and documentation, which rustc refuses on arguments) out of `attrs`.
fn role(attrs: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) -> Role {
    let mut role = Role::Input { channel: false };
    let mut marked: Option<&'static str> = None;
    attrs.retain(|attribute| {
        let path = attribute.path();
        let name = match () {
            () if path.is_ident("param") => "param",
            () if path.is_ident("channel") => "channel",
            () if path.is_ident("cfg") || path.is_ident("cfg_attr") => {
                diagnostics.error_spanned(
                    path,
                    "an argument that is sometimes there makes two functions of one: put `#[cfg]` on two functions",
                );
                return false;
            }
            () => return !path.is_ident("doc"),
        };
        match marked.replace(name) {
            None => {}
            Some(before) if before == name => {
                diagnostics.error_spanned(path, format!("`#[{name}]` is there twice: once is enough"));
                return false;
            }
            Some(_) => {
                diagnostics.error_spanned(
                    path,
                    "an argument is an input by channel, `#[channel]`, or a parameter by channel, `#[param(channel)]`: \
                     keep one attribute",
                );
                return false;
            }
        }
        if name == "param" {
            match parameter(attribute) {
                Ok((default, channel)) => role = Role::Parameter { default: default.map(Box::new), channel },
                Err(error) => {
                    diagnostics.push(error);
                    role = Role::Parameter { default: None, channel: false };
                }
            }
        } else {
            if let Err(error) = attribute.meta.require_path_only() {
                diagnostics.push(syn::Error::new(error.span(), "`#[channel]` takes no argument"));
            }
            role = Role::Input { channel: true };
        }
        false
    });
    role
}

/// The arguments of `#[param]`, `#[param(0.01)]`, `#[param(channel)]`.
fn parameter(attribute: &Attribute) -> syn::Result<(Option<Expr>, bool)> {
    let list = match &attribute.meta {
        syn::Meta::Path(_) => return Ok((None, false)),
        syn::Meta::List(list) => list,
        syn::Meta::NameValue(pair) => {
            return Err(syn::Error::new(
                pair.eq_token.span,
                "write the default in parentheses: `#[param(0.01)]`",
            ));
        }
    };
    let mut default = None;
    let mut channel = false;
    let parser = syn::punctuated::Punctuated::<Expr, syn::Token![,]>::parse_terminated;
    for expr in list.parse_args_with(parser)? {
        let is_channel = matches!(&expr, Expr::Path(path) if path.path.is_ident("channel"));
        if is_channel && !channel {
            channel = true;
        } else if !is_channel && default.is_none() {
            default = Some(expr);
        } else {
            return Err(syn::Error::new_spanned(expr, "`#[param]` takes one default, and `channel` once"));
        }
    }
    Ok((default, channel))
}

/// A default with its value, rounded as the field will be.
fn default_value(expr: Expr, element: Element, diagnostics: &mut Diagnostics) -> (Expr, Option<f64>) {
    check_default(&expr, element, diagnostics);
    let value = literal::number(&expr).map(|value| round(value, element));
    (expr, value)
}

/// Refuses literals that rustc would refuse in an expansion that the user doesn't see.
fn check_default(expr: &Expr, element: Element, diagnostics: &mut Diagnostics) {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            syn::Lit::Float(float) if wrong_suffix(float.suffix(), element) => {
                diagnostics.error(lit.span(), suffix_message(float.suffix(), element));
            }
            syn::Lit::Int(int) if int.suffix().is_empty() => diagnostics.error(
                lit.span(),
                format!("an integer is no {}: write `{}.0`", element.name(), int.base10_digits()),
            ),
            syn::Lit::Int(int) if wrong_suffix(int.suffix(), element) => {
                diagnostics.error(lit.span(), suffix_message(int.suffix(), element));
            }
            syn::Lit::Float(_) | syn::Lit::Int(_) => {}
            _ => diagnostics
                .error(lit.span(), "the default of a parameter is a number, as in `#[param(0.01)]`"),
        },
        Expr::Unary(unary) => check_default(&unary.expr, element, diagnostics),
        Expr::Paren(paren) => check_default(&paren.expr, element, diagnostics),
        Expr::Binary(binary) => {
            check_default(&binary.left, element, diagnostics);
            check_default(&binary.right, element, diagnostics);
        }
        _ => {}
    }
}

/// `value` as the element type holds it.
pub(crate) fn round(value: f64, element: Element) -> f64 {
    match element {
        Element::F32 => f64::from(value as f32),
        Element::F64 => value,
    }
}

/// Whether a literal with this suffix has another type.
pub(crate) fn wrong_suffix(suffix: &str, element: Element) -> bool {
    !suffix.is_empty() && suffix != element.name()
}

/// What is wrong with a suffix.
pub(crate) fn suffix_message(suffix: &str, element: Element) -> String {
    format!("the suffix makes this `{suffix}`, and the function computes in {}: leave it out", element.name())
}

/// The name of an argument.
fn name(pat: &Pat, diagnostics: &mut Diagnostics) -> Option<Ident> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => return Some(pat.ident.clone()),
        Pat::Wild(wild) => diagnostics.error_spanned(
            wild,
            "an argument needs a name, for the field of the struct and the formula: write `x`, and `let _ = x;` in the body",
        ),
        other => diagnostics.error_spanned(
            other,
            "an argument is one number with a name: take patterns apart in the body, by `let`",
        ),
    }
    None
}

/// Whether a type is a row, and what it is made of.
type Kind = (bool, Element);

fn kind_of(ty: &Type, diagnostics: &mut Diagnostics) -> Option<Kind> {
    if let Some(kind) = known(ty) {
        return Some(kind);
    }
    diagnostics.error_spanned(ty, type_message(ty));
    None
}

/// f32, f64, `Row<f32>`, `Row<f64>`.
fn known(ty: &Type) -> Option<Kind> {
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
    let hint = match text.trim_start_matches('&') {
        "f16" | "bf16" | "half::f16" | "half::bf16" => {
            "write f32: the kernel serves f16 and bf16 slices as well"
        }
        "bool" => "compare a number in the body instead, or make two functions",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => {
            "a function of integers has no derivative; an exponent or a count can be a `const`"
        }
        "f32" | "f64" => "take the number by value",
        other if other.contains('[') || other.starts_with("Vec") || other.starts_with("Array") => {
            "the loop over elements is made for you; a function of whole rows takes `Row<f32>`"
        }
        _ => "these are what can be differentiated and vectorised",
    };
    format!("`{text}` is neither f32 nor f64 (nor a `Row` of them): {hint}")
}

/// Whether an input has the type of those before it.
fn agree(kind: &mut Option<Kind>, found: Kind, ty: &Type, diagnostics: &mut Diagnostics) -> bool {
    match *kind {
        None => *kind = Some(found),
        Some(expected) if expected == found => {}
        Some((_, element)) if element != found.1 => mixed(found.1, element, ty, diagnostics),
        Some((true, _)) => diagnostics.error_spanned(
            ty,
            "beside rows, a number is the same for all rows: mark it `#[param]`, or make it a `Row` too",
        ),
        Some(_) => diagnostics.error_spanned(ty, "all inputs are rows, or none is: make the others rows too"),
    }
    *kind == Some(found)
}

fn mixed(found: Element, expected: Element, ty: &Type, diagnostics: &mut Diagnostics) {
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

/// Whether the function returns a row.
fn returned(item: &ItemFn, rows: bool, element: Element, diagnostics: &mut Diagnostics) -> Option<bool> {
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
        None => {
            let text = text(ty);
            let hint = match &**ty {
                Type::Tuple(tuple) if !tuple.elems.is_empty() => "one function for each of several results",
                Type::Path(path) if path.path.is_ident("bool") => {
                    "a truth value is flat with a jump: return a smooth score, such as `sigmoid(x)`"
                }
                _ => "that is what the next layer takes",
            };
            diagnostics
                .error_spanned(ty, format!("`{text}` can't be differentiated: return `{wanted}`; {hint}"));
        }
    }
    None
}

/// The name of the struct: the setting, or the function's name in CamelCase.
pub(crate) fn struct_name(
    settings: &Settings,
    ident: &Ident,
    diagnostics: &mut Diagnostics,
) -> Option<Ident> {
    if let Some(name) = &settings.name {
        if name == ident {
            diagnostics
                .error(name.span(), "the function has this name already: the struct needs another one");
            return None;
        }
        return Some(name.clone());
    }
    let text = ident.to_string();
    let camel: String = text.trim_start_matches("r#").split('_').flat_map(capitalised).collect();
    let valid = syn::parse_str::<Ident>(&camel).is_ok() && camel != text;
    if !valid {
        diagnostics.error(
            ident.span(),
            format!("`{text}` leaves no name for the struct: write it in snake_case, or state `#[activation(name = Other)]`"),
        );
        return None;
    }
    Some(Ident::new(&camel, ident.span()))
}

fn capitalised(word: &str) -> Vec<char> {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Two arguments of one name: rustc reports it for the fn, and we would for the struct.
fn distinct(inputs: &[Input], parameters: &[Parameter], diagnostics: &mut Diagnostics) {
    let mut seen: Vec<&Ident> = Vec::new();
    for ident in inputs.iter().map(|i| &i.ident).chain(parameters.iter().map(|p| &p.ident)) {
        if seen.contains(&ident) {
            diagnostics.error(ident.span(), format!("there is an argument `{ident}` already"));
        }
        seen.push(ident);
    }
}
