//! Numbers and names as mathematics writes them.

use proc_macro2::Ident;
use syn::Expr;

use crate::graph::Reduction;

/// A number as mathematics writes it: the shortest decimal that reads back to it.
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    let text = if magnitude != 0.0 && !(1e-4..1e7).contains(&magnitude) {
        format!("{magnitude:e}")
    } else {
        format!("{magnitude}")
    };
    if value.is_sign_negative() { format!("−{text}") } else { text }
}

/// The number with the fewest digits that is the same f32.
pub(super) fn shortest(value: f64) -> f64 {
    (value as f32).to_string().parse().unwrap_or(value)
}

pub(super) fn reduction_name(reduction: Reduction) -> &'static str {
    match reduction {
        Reduction::Sum => "sum",
        Reduction::Prod => "prod",
        Reduction::Max | Reduction::Shift => "max",
        Reduction::LogSumExp => "logsumexp",
        Reduction::Min => "min",
        Reduction::Spread => "spread",
    }
}

/// The last name of the path of a constant, which may stand below a cast.
pub(super) fn last_name(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Paren(inner) => last_name(&inner.expr),
        Expr::Cast(cast) => last_name(&cast.expr),
        Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.clone()),
        _ => None,
    }
}

/// A name of several letters in LaTeX: Greek letters as such, what follows an underscore or a letter's name as an index.
pub(super) fn latex_name(name: &str) -> String {
    const GREEK: [&str; 24] = [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "pi",
        "rho",
        "sigma",
        "tau",
        "upsilon",
        "phi",
        "chi",
        "psi",
        "omega",
        "varepsilon",
    ];
    let (stem, index) = name.split_once('_').unwrap_or_else(|| {
        let digits = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
        name.split_at(digits)
    });
    let stem_text = match stem.chars().count() {
        1 => stem.to_owned(),
        _ if GREEK.contains(&stem) => format!(r"\{stem}"),
        _ => return format!(r"\mathrm{{{}}}", name.replace('_', r"\_")),
    };
    match index {
        "" => stem_text,
        index if index.chars().all(|c| c.is_ascii_digit()) => format!("{stem_text}_{{{index}}}"),
        index => format!(r"{stem_text}_{{\mathrm{{{}}}}}", index.replace('_', r"\_")),
    }
}

pub(super) fn subscript_number(n: u8) -> String {
    n.to_string().chars().filter_map(subscript).collect()
}

pub(super) fn subscript(digit: char) -> Option<char> {
    char::from_u32('₀' as u32 + digit.to_digit(10)?)
}

pub(super) fn superscript(digit: char) -> Option<char> {
    match digit {
        '-' => Some('⁻'),
        _ => "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit.to_digit(10)? as usize),
    }
}
