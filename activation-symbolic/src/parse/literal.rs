//! Numbers as they are written: literals, and the constants of the standard library that everybody knows.

use std::f64::consts;

use syn::{Expr, Lit, Path, UnOp};

use crate::function::Element;

/// The value of an expression of literals and well-known constants.
pub(crate) fn number(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Float(float) => float.base10_parse().ok(),
            Lit::Int(int) if !int.suffix().is_empty() => int.base10_parse().ok(),
            _ => None,
        },
        Expr::Paren(paren) => number(&paren.expr),
        Expr::Group(group) => number(&group.expr),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => Some(-number(&unary.expr)?),
        Expr::Binary(binary) => {
            let (a, b) = (number(&binary.left)?, number(&binary.right)?);
            match binary.op {
                syn::BinOp::Add(_) => Some(a + b),
                syn::BinOp::Sub(_) => Some(a - b),
                syn::BinOp::Mul(_) => Some(a * b),
                syn::BinOp::Div(_) => Some(a / b),
                _ => None,
            }
        }
        Expr::Path(path) if path.qself.is_none() => standard(&path.path).map(|(_, value)| value),
        _ => None,
    }
}

/// A constant of the standard library that is named together with its type, and that type:
/// `std::f32::consts::PI`, `f64::EPSILON`.
pub(crate) fn standard(path: &Path) -> Option<(Element, f64)> {
    let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (ty, constant) = match *names.as_slice() {
        [ty, "consts", name] | ["std" | "core", ty, "consts", name] => (ty, mathematical(name)?),
        [ty, name] | ["std" | "core", ty, name] => (ty, limit(ty, name)?),
        _ => return None,
    };
    match ty {
        "f32" => Some((Element::F32, constant)),
        "f64" => Some((Element::F64, constant)),
        _ => None,
    }
}

/// `std::f64::consts`.
pub(crate) const CONSTANTS: &[(&str, f64)] = &[
    ("PI", consts::PI),
    ("TAU", consts::TAU),
    ("E", consts::E),
    ("SQRT_2", consts::SQRT_2),
    ("FRAC_1_SQRT_2", consts::FRAC_1_SQRT_2),
    ("FRAC_1_PI", consts::FRAC_1_PI),
    ("FRAC_2_PI", consts::FRAC_2_PI),
    ("FRAC_2_SQRT_PI", consts::FRAC_2_SQRT_PI),
    ("FRAC_PI_2", consts::FRAC_PI_2),
    ("FRAC_PI_3", consts::FRAC_PI_3),
    ("FRAC_PI_4", consts::FRAC_PI_4),
    ("FRAC_PI_6", consts::FRAC_PI_6),
    ("FRAC_PI_8", consts::FRAC_PI_8),
    ("LN_2", consts::LN_2),
    ("LN_10", consts::LN_10),
    ("LOG2_10", consts::LOG2_10),
    ("LOG2_E", consts::LOG2_E),
    ("LOG10_2", consts::LOG10_2),
    ("LOG10_E", consts::LOG10_E),
];

/// Whether a path names the module of these constants: `std::f32::consts`.
pub(crate) fn is_consts(path: &Path) -> bool {
    let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    matches!(*names.as_slice(), [.., "f32" | "f64", "consts"])
}

/// The value of one of them.
fn mathematical(name: &str) -> Option<f64> {
    CONSTANTS.iter().find(|(constant, _)| *constant == name).map(|&(_, value)| value)
}

/// The associated constants of f32 and f64.
fn limit(ty: &str, name: &str) -> Option<f64> {
    let of = |single: f32, double: f64| if ty == "f32" { f64::from(single) } else { double };
    Some(match name {
        "MAX" => of(f32::MAX, f64::MAX),
        "MIN" => of(f32::MIN, f64::MIN),
        "MIN_POSITIVE" => of(f32::MIN_POSITIVE, f64::MIN_POSITIVE),
        "EPSILON" => of(f32::EPSILON, f64::EPSILON),
        "INFINITY" => f64::INFINITY,
        "NEG_INFINITY" => f64::NEG_INFINITY,
        "NAN" => f64::NAN,
        _ => return None,
    })
}
