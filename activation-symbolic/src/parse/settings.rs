//! The arguments of `#[activation(…)]`.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Expr, Token};

use crate::diagnostic::Diagnostics;
use crate::function::Settings;
use crate::parse::literal;
use crate::spelling;

/// What can be stated.
const ARGUMENTS: &[&str] =
    &["name", "derivative", "vjp", "straight_through", "domain", "order", "test", "allow", "deny"];
/// What `allow` and `deny` take.
const LINTS: &[&str] = &["kinks", "jumps", "domain", "unstable", "slow"];

/// Reads the arguments; each that can't be is reported and left at its default.
pub(super) fn settings(attribute: TokenStream, diagnostics: &mut Diagnostics) -> Settings {
    let mut reader =
        Reader { settings: Settings::default(), stated: HashMap::new(), lints: HashMap::new(), diagnostics };
    let read = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = reader.argument(input) {
                reader.diagnostics.push(error);
                skip_to_comma(input);
            }
            reader.comma(input, "arguments");
        }
        Ok(())
    };
    // What is left over of an argument that was refused is no further offence.
    if let Err(error) = read.parse2(attribute)
        && reader.diagnostics.is_empty()
    {
        reader.diagnostics.push(error);
    }
    reader.contradictions();
    reader.settings
}

/// Leaves out the rest of an argument that was refused.
fn skip_to_comma(input: ParseStream<'_>) {
    while !input.is_empty() && !input.peek(Token![,]) {
        let _ = input.parse::<TokenTree>();
    }
}

struct Reader<'a> {
    settings: Settings,
    stated: HashMap<String, Span>,
    lints: HashMap<String, &'static str>,
    diagnostics: &'a mut Diagnostics,
}

impl Reader<'_> {
    fn argument(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let key = input.call(Ident::parse_any).map_err(|error| {
            syn::Error::new(
                error.span(),
                format!("an argument of #[activation] is one of {}", list(ARGUMENTS)),
            )
        })?;
        let mut name = key.to_string();
        let misspelt = !ARGUMENTS.contains(&name.as_str());
        if misspelt {
            let unknown = |hint: String| {
                syn::Error::new(key.span(), format!("#[activation] has no argument `{name}`: {hint}"))
            };
            let Some(near) = spelling::nearest(&name, ARGUMENTS.iter().copied()) else {
                return Err(unknown(format!("there are {}", list(ARGUMENTS))));
            };
            let error = unknown(format!("did you mean `{near}`?"));
            if self.stated.contains_key(near) {
                return Err(error);
            }
            // Read as what it is meant to be: what depends on it is no further offence.
            self.diagnostics.push(error);
            near.clone_into(&mut name);
        }
        let lint = name == "allow" || name == "deny";
        if self.stated.insert(name.clone(), key.span()).is_some() && !lint {
            return Err(syn::Error::new(
                key.span(),
                format!("`{name}` is stated twice: only one can hold, so remove the other"),
            ));
        }
        self.settings.steps |= matches!(name.as_str(), "derivative" | "vjp" | "straight_through");
        match name.as_str() {
            // Such as `straight-through`, all of which is the name.
            "straight_through" | "test" if misspelt => {
                self.stated.remove(&name);
                skip_to_comma(input);
                return Ok(());
            }
            "straight_through" => self.settings.straight_through = true,
            "test" => self.settings.test = true,
            "allow" => return self.lints(input, &key, "allow"),
            "deny" => return self.lints(input, &key, "deny"),
            _ => return self.value(input, &key, &name),
        }
        if input.peek(Token![,]) || input.is_empty() {
            Ok(())
        } else {
            Err(input.error(format!("`{name}` is a word by itself: it takes no value")))
        }
    }

    /// The value of `key = …`.
    fn value(&mut self, input: ParseStream<'_>, key: &Ident, name: &str) -> syn::Result<()> {
        let usage = match name {
            "name" => "name = Other",
            "derivative" => "derivative = |x| 1.0",
            "vjp" => "vjp = |x, y, dy| y * (dy - (y * dy).sum())",
            "domain" => "domain = -1.0..=1.0",
            _ => "order = 2",
        };
        if !input.peek(Token![=]) {
            return Err(syn::Error::new(key.span(), format!("`{name}` takes a value: write `{usage}`")));
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(syn::Error::new(key.span(), format!("`{name}` takes a value: write `{usage}`")));
        }
        if name == "name" {
            const NO_NAME: &str = "the name of the struct is an identifier: write `name = Other`";
            let path: syn::Path = input.parse().map_err(|e| syn::Error::new(e.span(), NO_NAME))?;
            let ident = path.get_ident().ok_or_else(|| syn::Error::new_spanned(&path, NO_NAME))?;
            self.settings.name = Some(ident.clone());
            return Ok(());
        }
        let mut expr: Expr = input.parse()?;
        while let Expr::Paren(paren) = expr {
            expr = *paren.expr;
        }
        match name {
            "derivative" => match expr {
                Expr::Closure(_) | Expr::Path(_) => self.settings.derivative = Some(expr),
                other => {
                    return Err(syn::Error::new_spanned(
                        other,
                        "the derivative is a closure, `derivative = |x| …` or `|x, y| …` with y the output, or the \
                         path of another fn",
                    ));
                }
            },
            "vjp" => match expr {
                Expr::Closure(_) => self.settings.vjp = Some(expr),
                other => {
                    return Err(syn::Error::new_spanned(
                        other,
                        "the vector-Jacobian product is a closure: write `vjp = |x, y, dy| …`",
                    ));
                }
            },
            "domain" => self.settings.domain = domain(&expr)?,
            _ => {
                self.settings.order = match &expr {
                    Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(int), .. }) => int.base10_parse().ok(),
                    _ => None,
                }
                .filter(|order| (1..=3).contains(order))
                .ok_or_else(|| {
                    syn::Error::new_spanned(&expr, "`order` says how many derivatives are wanted: 1, 2 or 3")
                })?;
            }
        }
        Ok(())
    }

    /// The lints in `allow(…)` or `deny(…)`.
    fn lints(&mut self, input: ParseStream<'_>, key: &Ident, level: &'static str) -> syn::Result<()> {
        if !input.peek(syn::token::Paren) {
            return Err(syn::Error::new(
                key.span(),
                format!("`{level}` takes lints in parentheses: write `{level}(kinks)`"),
            ));
        }
        let content;
        syn::parenthesized!(content in input);
        while !content.is_empty() {
            match content.call(Ident::parse_any) {
                Ok(lint) => self.lint(&lint, level),
                Err(error) => {
                    self.diagnostics
                        .error(error.span(), format!("a lint is one of the words {}", list(LINTS)));
                    skip_to_comma(&content);
                }
            }
            self.comma(&content, "lints");
        }
        Ok(())
    }

    /// Goes on to the next of several `things`.
    fn comma(&mut self, input: ParseStream<'_>, things: &str) {
        if !input.is_empty() && !input.peek(Token![,]) {
            self.diagnostics.error(input.span(), format!("{things} are separated by commas"));
            skip_to_comma(input);
        }
        let _ = input.parse::<Option<Token![,]>>();
    }

    fn lint(&mut self, lint: &Ident, level: &'static str) {
        let name = lint.to_string();
        let denied = level == "deny";
        let lints = &mut self.settings.lints;
        match name.as_str() {
            "kinks" => lints.kinks = denied,
            "jumps" => lints.jumps = denied,
            "domain" => lints.domain = denied,
            "unstable" => lints.unstable = denied,
            "slow" => lints.slow = denied,
            _ => {
                let hint = match spelling::nearest(&name, LINTS.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there are {}", list(LINTS)),
                };
                return self.diagnostics.error(lint.span(), format!("there is no lint `{name}`: {hint}"));
            }
        }
        match self.lints.insert(name.clone(), level) {
            Some(before) if before == level => {
                self.diagnostics.error(lint.span(), format!("`{name}` is named twice: once is enough"));
            }
            Some(_) => self.diagnostics.error(
                lint.span(),
                format!("`{name}` is both allowed and denied: only one can hold, so remove the other"),
            ),
            None => {}
        }
    }

    /// Arguments that make no sense beside each other.
    fn contradictions(&mut self) {
        let at = |name: &str| self.stated.get(name).copied();
        if let (Some(_), Some(vjp)) = (at("derivative"), at("vjp")) {
            self.diagnostics.error(
                vjp,
                "`derivative` and `vjp` say the same thing twice: `derivative` is for functions of numbers, `vjp` for \
                 functions of rows",
            );
        }
        if let (Some(span), None, None) = (at("straight_through"), at("derivative"), at("vjp")) {
            self.diagnostics.error(
                span,
                "`straight_through` says that your own derivative isn't the function's: there is none here, so state \
                 it too, as in `derivative = |x| 1.0`",
            );
        }
    }
}

/// `a..=b`, whose ends may be left out.
fn domain(expr: &Expr) -> syn::Result<(f64, f64)> {
    let usage = "the domain is a closed interval of numbers: write `domain = -1.0..=1.0`";
    let Expr::Range(range) = expr else { return Err(syn::Error::new_spanned(expr, usage)) };
    if let (syn::RangeLimits::HalfOpen(dots), Some(_)) = (&range.limits, &range.end) {
        return Err(syn::Error::new_spanned(
            dots,
            "the domain is a closed interval, both ends belong to it: write `..=`",
        ));
    }
    let end = |end: &Option<Box<Expr>>, open: f64| match end {
        None => Ok(open),
        Some(end) => literal::number(end).ok_or_else(|| {
            let text = end.to_token_stream().to_string().replace(' ', "");
            let integer = text.trim_start_matches('-').chars().all(|c| c.is_ascii_digit());
            let hint = if integer { format!("write `{text}.0`") } else { "as in `-1.0..=1.0`".to_owned() };
            syn::Error::new_spanned(
                end,
                format!("an end of the domain is a number, a literal or a constant of std: {hint}"),
            )
        }),
    };
    let ends = [end(&range.start, f64::NEG_INFINITY), end(&range.end, f64::INFINITY)];
    let (low, high) = match ends {
        [Ok(low), Ok(high)] => (low, high),
        [Err(mut error), Err(other)] => {
            error.combine(other);
            return Err(error);
        }
        [Err(error), _] | [_, Err(error)] => return Err(error),
    };
    if low < high {
        Ok((low, high))
    } else {
        Err(syn::Error::new_spanned(expr, "the domain is empty: write the smaller end first"))
    }
}

/// `a`, `b` and `c`.
fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
