//! Arguments: what each is for, its name, its default.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Pat};

use super::{literal, round, suffix_message, wrong_suffix};
use crate::diagnostic::Diagnostics;
use crate::function::Element;
use crate::spelling;

/// The attributes of arguments.
const OURS: [&str; 2] = ["param", "channel"];

/// What an argument is for.
pub(super) enum Role {
    Input { channel: bool },
    Parameter { default: Option<Box<Expr>> },
}

/// Takes our attributes (and documentation, which rustc refuses on arguments) out of `attrs`.
pub(super) fn role(attrs: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) -> Role {
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
            () => {
                let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
                if let Some(near) = spelling::nearest(&name, OURS.into_iter()).filter(|near| *near != name) {
                    diagnostics.error_spanned(
                        path,
                        format!("arguments have no attribute `{name}`: did you mean `#[{near}]`?"),
                    );
                    return false;
                }
                return name != "doc";
            }
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
                // A value for each channel comes as a slice, at the call: its gradient is a sum over each channel.
                Ok((None, true)) => role = Role::Input { channel: true },
                Ok((Some(default), true)) => {
                    diagnostics.error_spanned(
                        default,
                        "a parameter by channel has no default: its values are a slice, passed at the call as \
                         `Input::Channel(&values)`",
                    );
                    role = Role::Input { channel: true };
                }
                Ok((default, false)) => role = Role::Parameter { default: default.map(Box::new) },
                Err(error) => {
                    diagnostics.push(error);
                    role = Role::Parameter { default: None };
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
        if let Expr::Assign(assigned) = &expr {
            let value = assigned.right.to_token_stream();
            return Err(syn::Error::new_spanned(
                &expr,
                format!("write the default by itself: `#[param({value})]`"),
            ));
        }
        if is_channel && !channel {
            channel = true;
        } else if !is_channel && default.is_none() {
            default = Some(expr);
        } else {
            return Err(syn::Error::new_spanned(
                expr,
                "`#[param]` takes one default, and `channel` once: remove this",
            ));
        }
    }
    Ok((default, channel))
}

/// A default with its value, rounded as the field will be.
pub(super) fn default_value(
    expr: Expr,
    element: Element,
    diagnostics: &mut Diagnostics,
) -> (Expr, Option<f64>) {
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
        Expr::Range(_) | Expr::Array(_) | Expr::Tuple(_) | Expr::Closure(_) => diagnostics
            .error_spanned(expr, "the default of a parameter is one number, as in `#[param(0.01)]`"),
        _ => {}
    }
}

/// The name of an argument.
pub(super) fn name(pat: &Pat, diagnostics: &mut Diagnostics) -> Option<Ident> {
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
