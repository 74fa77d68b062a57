//! The attribute and the signature: what is declared, before the body is looked at.

mod argument;
pub(crate) mod literal;
mod settings;
mod types;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{FnArg, Item, ItemFn, Pat};

use crate::diagnostic::Diagnostics;
use crate::function::{Element, Input, Parameter, Settings, Signature};
use argument::{Role, default_value, name, role};
pub(crate) use types::{Kind, is_vector, known};
use types::{agree, is_generic, kind_of, mixed, returned};

/// The most inputs that a function may have.
pub(crate) const MOST_INPUTS: usize = 4;

/// The types that Rust has under names that a fn may have.
pub(crate) const PRIMITIVES: [&str; 19] = [
    "bool", "char", "f128", "f16", "f32", "f64", "i128", "i16", "i32", "i64", "i8", "isize", "str", "u128",
    "u16", "u32", "u64", "u8", "usize",
];

/// Reads the attribute's arguments and the item's signature. `None` if the signature was refused, or the item is no
/// Rust: then nothing can be said about the body.
pub fn parse(attribute: TokenStream, item: TokenStream, diagnostics: &mut Diagnostics) -> Option<Signature> {
    let settings = settings::settings(attribute, diagnostics);
    let mut errors = Diagnostics::new();
    let signature = function(item, &mut errors).and_then(|item| signature(settings, item, &mut errors));
    let refused = !errors.is_empty();
    diagnostics.append(errors);
    signature.filter(|_| !refused)
}

/// Whether this is `#[activation]` once more.
pub(crate) fn is_ours(attribute: &syn::Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "activation")
}

/// The item, if it is a function. Nothing is said of one that isn't Rust.
fn function(item: TokenStream, diagnostics: &mut Diagnostics) -> Option<ItemFn> {
    let (span, what) = match syn::parse2::<Item>(item.clone()) {
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
        // Code that is no Rust rustc has refused already.
        Err(_) if is_function(item) => return None,
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

/// Whether tokens that can't be parsed begin as a function does.
fn is_function(item: TokenStream) -> bool {
    item.into_iter().any(|token| matches!(token, TokenTree::Ident(ident) if ident == "fn"))
}

/// Where a function names the type that it belongs to, by which it is no free one.
pub(crate) fn own_type(item: &ItemFn) -> Option<Span> {
    fn find(tokens: TokenStream) -> Option<Span> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) if ident == "Self" => Some(ident.span()),
            TokenTree::Group(group) => find(group.stream()),
            _ => None,
        })
    }
    find(item.sig.to_token_stream()).or_else(|| find(item.block.to_token_stream()))
}

/// The `fn` of an item that syn doesn't take apart.
fn declaration(item: &Item) -> Span {
    let mut tokens = item.to_token_stream().into_iter();
    tokens.find(|token| token.to_string() == "fn").map_or_else(|| item.span(), |token| token.span())
}

fn signature(settings: Settings, mut item: ItemFn, diagnostics: &mut Diagnostics) -> Option<Signature> {
    if let Some(again) = item.attrs.iter().find(|attribute| is_ours(attribute)) {
        diagnostics.error_spanned(
            again.path(),
            "the function is an activation already: state all arguments in one `#[activation(…)]`",
        );
    }
    item.attrs.retain(|attribute| !is_ours(attribute));
    qualifiers(&item, diagnostics);
    if let Some(token) = own_type(&item) {
        diagnostics.error(
            token,
            "a function that knows `Self` stands in an `impl` or a `trait`, where there is no place for the struct that \
             #[activation] makes of it: move it out, as a free function",
        );
        return None;
    }
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
        while let Pat::Paren(inner) = &*argument.pat {
            let inner = inner.pat.clone();
            argument.pat = inner;
        }
        let Some(ident) = name(&argument.pat, diagnostics) else { continue };
        if is_generic(&argument.ty, &item.sig.generics) {
            continue;
        }
        let Some((found, element)) = kind_of(&argument.ty, diagnostics) else { continue };
        match role {
            Role::Input { channel } => {
                if agree(&mut kind, (found, element), &argument.ty, diagnostics) {
                    inputs.push(Input { ident, channel });
                }
            }
            Role::Parameter { default } => {
                if found {
                    diagnostics.error_spanned(
                        &argument.ty,
                        "a parameter is one number for all rows: give it the type of the rows' elements",
                    );
                }
                let default = default.map(|expr| default_value(*expr, element, diagnostics));
                parameters.push((Parameter { ident, default }, element, argument.ty.clone()));
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
            "`order` is for functions of one number, since higher derivatives of several inputs are tensors: drop it",
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
        diagnostics.error(
            token.span,
            "arithmetic needs no `unsafe`: remove it, so that safe code can call the function",
        );
    }
    if let Some(abi) = &sig.abi {
        diagnostics.error_spanned(
            abi,
            "the kernel is Rust code, compiled for each instruction set: remove `extern`, and export a function that \
             calls this one",
        );
    }
    if let Some(parameter) = sig.generics.params.first() {
        let message = match parameter {
            syn::GenericParam::Lifetime(_) => "numbers come by value, nothing is borrowed: write `x: f32`",
            _ => "a generic function has no formula yet: write f32, the kernel serves f64, f16 and bf16 too",
        };
        diagnostics.error_spanned(parameter, message);
    }
    // Beside generic parameters it is about those.
    if let Some(clause) = &sig.generics.where_clause
        && sig.generics.params.is_empty()
    {
        diagnostics.error(
            clause.where_token.span,
            "there is nothing to bound in a function of numbers: remove `where`",
        );
    }
    if let Some(variadic) = &sig.variadic {
        diagnostics.error_spanned(variadic.dots, "the number of inputs is fixed: name each of them");
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
    if PRIMITIVES.contains(&suffix) {
        format!(
            "the suffix makes this `{suffix}`, and the function computes in {}: leave it out",
            element.name()
        )
    } else {
        format!(
            "numbers have no suffix `{suffix}`: for a product write `2.0 * x`, for the type `2.0_{}`",
            element.name()
        )
    }
}

/// The name of the struct: the setting, or the function's name in CamelCase.
pub(crate) fn struct_name(
    settings: &Settings,
    ident: &Ident,
    diagnostics: &mut Diagnostics,
) -> Option<Ident> {
    let hides = |ident: &&Ident| PRIMITIVES.contains(&ident.to_string().trim_start_matches("r#"));
    if let Some(ident) = settings.name.iter().chain([ident]).find(hides) {
        diagnostics.error(
            ident.span(),
            format!(
                "an activation is a type under the fn's own name too, and a type `{ident}` hides the one of Rust's in the \
                 whole module: take another name"
            ),
        );
        return None;
    }
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
            diagnostics.error(
                ident.span(),
                format!("there is an argument `{ident}` already: give this one another name"),
            );
        }
        seen.push(ident);
    }
}
