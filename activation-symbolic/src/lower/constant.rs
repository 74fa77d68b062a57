//! Constants from outside of the body: what they are only rustc knows, and it is asked.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprCast, ExprLit, ExprParen, ExprPath, Lit, Type};

use super::Lowering;
use super::value::Value;
use crate::callable::{constant, strip};
use crate::graph::{Id, Op};
use crate::parse::literal::standard;

/// What is said of a constant that has to be known here.
const HIDDEN: &str = "the value of this constant isn't visible to the macro, which needs it here: write the value, or a \
                      `const` inside the body";

impl Lowering<'_> {
    /// Whether an expression is a constant whose value only rustc knows; where that has to be known here, it is refused.
    pub(super) fn hidden(&mut self, expr: &Expr) -> bool {
        let Expr::Path(ExprPath { qself: None, path: written, .. }) = strip(expr) else { return false };
        let path = self.imported(written);
        let hidden =
            path.get_ident().is_none_or(|ident| self.find(ident).is_none()) && standard(&path).is_none();
        if hidden {
            self.refuse_all(written, HIDDEN);
        }
        hidden
    }

    /// A constant of the user's, by the expression that names it.
    pub(super) fn external(&mut self, expr: Expr, span: Span) -> Value {
        let text = expr.to_token_stream().to_string();
        let same = |other: &Expr| other.to_token_stream().to_string() == text;
        let n = self.graph.externals.iter().position(same).unwrap_or(self.graph.externals.len());
        let Ok(index) = u8::try_from(n) else {
            return self.refuse(span, "more than 256 constants: pass some as `#[param]`");
        };
        if n == self.graph.externals.len() {
            self.graph.externals.push(expr);
        }
        Value::Number(self.at(span, |g| g.node(Op::External(index), &[])))
    }

    /// A literal or constant of the other float type, below a cast to ours.
    pub(super) fn foreign_constant(&mut self, expr: &Expr, ty: &Type) -> Option<Value> {
        match expr {
            Expr::Paren(paren) => self.foreign_constant(&paren.expr, ty),
            Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) if !float.suffix().is_empty() => {
                let value = float.base10_parse().ok()?;
                Some(Value::Number(self.at(float.span(), |g| g.constant(value))))
            }
            Expr::Path(ExprPath { qself: None, path, .. }) => {
                let path = self.imported(path);
                if let Some((_, value)) = standard(&path) {
                    return (!value.is_nan())
                        .then(|| Value::Number(self.at(path.span(), |g| g.constant(value))));
                }
                let local = path.get_ident().is_some_and(|ident| self.find(ident).is_some());
                (!local).then(|| self.external(syn::parse_quote!((#path as #ty)), path.span()))
            }
            _ => None,
        }
    }

    /// Which constant a value is, if it is one as it stands.
    pub(super) fn constant(&self, value: &Value) -> Option<u8> {
        match value {
            Value::Number(id) => match self.graph.op(*id) {
                Op::External(n) => Some(n),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether a number depends on a name that is none of a constant's by convention: a variable that isn't there, which
    /// rustc reports. What else would be wrong with it is no further offence.
    pub(super) fn is_doubtful(&self, id: Id) -> bool {
        let doubtful = |n: u8| self.graph.externals.get(n as usize).is_some_and(is_variable);
        self.graph.externals.iter().any(is_variable)
            && self.graph.depends(id, |op| matches!(op, Op::External(n) if doubtful(n)))
    }

    /// Refuses a constant that can't be a number, as it is used for something else: rustc need not say so too.
    pub(super) fn misused(&mut self, n: u8, message: &str) -> Value {
        self.misused.insert(n);
        let named = self.graph.externals[n as usize].clone();
        self.refuse_all(named, message)
    }

    /// Refuses what is used as an integer, a truth value or several numbers, if it is a constant from outside.
    pub(super) fn unseen(&mut self, value: &Value) -> Option<Value> {
        self.constant(value).map(|n| self.misused(n, HIDDEN))
    }

    /// An integer beside a constant: either of them may be the wrong one.
    pub(super) fn beside_constant(&mut self, n: u8, integer: &Expr) -> Value {
        self.misused.insert(n);
        let (element, text) = (self.signature.element.name(), integer.to_token_stream());
        self.refuse_all(
            integer,
            format!(
                "an integer beside a constant from outside: write `{text} as {element}` if that is of type {element}; if it \
                 is an integer too, the macro can't see its value: write it here"
            ),
        )
    }

    /// The same where something has been said already.
    pub(super) fn forget(&mut self, value: &Value) {
        self.misused.extend(self.constant(value));
    }

    /// The constants as items of the struct's: bound to the element type once, so that a mistake is one error. A static,
    /// which could change, isn't borrowed as the copy that a constant makes.
    pub(super) fn constants(&self) -> Vec<TokenStream> {
        let name = &self.signature.name;
        let externals = (0_u8..).zip(&self.graph.externals).filter(|(n, _)| !self.misused.contains(n));
        let items = externals.map(|(n, expr)| {
            let constant = constant(n as usize);
            let span = expr.span();
            let element = Ident::new(self.signature.element.name(), span);
            let named = named(expr).map(|path| quote_spanned!(span=> let _ = &mut #path;));
            quote_spanned! {span=>
                #[allow(dead_code, const_item_mutation)]
                impl #name { const #constant: #element = { #named #expr }; }
            }
        });
        items.collect()
    }
}

/// Whether an expression is the name of a variable, by the convention that the names of constants are in capitals.
pub(super) fn is_variable(expr: &Expr) -> bool {
    let name = |path: &ExprPath| path.path.get_ident().map(ToString::to_string);
    matches!(expr, Expr::Path(path) if name(path).is_some_and(|name| name.contains(char::is_lowercase)))
}

/// The path alone of a constant that may be converted.
fn named(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Paren(ExprParen { expr, .. }) | Expr::Cast(ExprCast { expr, .. }) => named(expr),
        Expr::Path(_) => Some(expr),
        _ => None,
    }
}
