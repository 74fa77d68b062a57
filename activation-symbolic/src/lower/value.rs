//! What an expression is worth, what a variable holds.

use std::rc::Rc;

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::{Expr, Pat, Path, ReturnType, Type};

use super::Lowering;
use crate::graph::Id;
use crate::parse::known;

/// The value of an expression.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A number of the element type (or a row of them).
    Number(Id),
    /// A truth value.
    Mask(Id),
    /// An integer that is known here, and where it was written: an exponent, a bound of a loop, its variable.
    Integer(i64, Span),
    /// `(a, b)`, or `[a, b]`, which rustc tells apart
    Tuple(Vec<Value>),
    /// `|a| …`
    Closure(Rc<Closure>),
    /// What a `use` in the body names.
    Path(Rc<Path>),
    /// `()`
    Unit,
    /// Control doesn't come here.
    Never,
    /// Declared by `let y;` and not assigned to yet.
    Unset,
    /// Something was reported about it; nothing more is said.
    Refused,
}

impl Value {
    /// How many single values this is.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Tuple(values) => values.iter().map(Self::size).sum(),
            _ => 1,
        }
    }
}

/// A closure with what was in scope where it was made.
#[derive(Debug)]
pub(super) struct Closure {
    pub(super) inputs: Vec<Pat>,
    pub(super) body: Expr,
    /// The type that is written for the result.
    pub(super) output: ReturnType,
    pub(super) captured: Vec<Variable>,
    /// The name, if this is a function in the body: one that calls itself has no finite formula.
    pub(super) function: Option<Ident>,
}

/// How far a variable is from where it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Here,
    /// A closure took it from outside.
    Captured,
    /// This is a function in the body, and it a local variable outside of that.
    Outside,
}

/// A name in scope.
#[derive(Debug, Clone)]
pub(super) struct Variable {
    pub(super) name: Rc<str>,
    pub(super) value: Value,
    /// Which input it is, if it is one.
    pub(super) input: Option<usize>,
    pub(super) reach: Reach,
    /// Whether it is an item, which functions in the body see too.
    pub(super) item: bool,
    /// Whether it is an argument of what is being inlined.
    pub(super) argument: bool,
}

impl Lowering<'_> {
    pub(super) fn bind(&mut self, ident: &Ident, value: Value) {
        let name = plain(ident).into();
        let variable =
            Variable { name, value, input: None, reach: Reach::Here, item: false, argument: false };
        self.variables.push(variable);
    }

    /// The position of the innermost variable of this name.
    pub(super) fn find(&self, ident: &Ident) -> Option<usize> {
        let name = plain(ident);
        self.variables.iter().rposition(|v| *v.name == name)
    }

    /// The value of a local variable; an input has been mentioned then.
    pub(super) fn local(&mut self, ident: &Ident) -> Option<Value> {
        let index = self.find(ident)?;
        if self.variables[index].reach == Reach::Outside {
            let message = "a function in the body sees its own arguments and constants only: pass this, or write a closure, \
                           `let f = |x: f32| …;`";
            return Some(self.refuse(ident.span(), message));
        }
        let variable = &self.variables[index];
        if let Some(n) = variable.input {
            self.mentioned[n] = true;
        }
        Some(variable.value.clone())
    }

    /// Replaces what the variable at `index` holds.
    pub(super) fn assign(&mut self, index: usize, value: Value) {
        let variable = &mut self.variables[index];
        variable.input = None;
        let before = std::mem::replace(&mut variable.value, value);
        self.log.push((index, before));
    }

    /// The value as a number; anything else is refused at `at`.
    #[expect(clippy::needless_pass_by_value, reason = "a value is used up where it becomes another")]
    pub(super) fn as_number(&mut self, value: Value, at: impl ToTokens) -> Option<Id> {
        let element = self.signature.element.name();
        let message = match value {
            Value::Number(id) => return Some(id),
            Value::Refused | Value::Never => return None,
            Value::Integer(n, span) => {
                let tokens = at.to_token_stream().to_string();
                // What a closure does with its argument is right for a float: the integer was passed.
                if self.variables.iter().rev().find(|v| *v.name == *tokens).is_some_and(|v| v.argument) {
                    self.diagnostics.error(span, integer_message(element, &format!("{n}.0")));
                    return None;
                }
                let text = tokens.replace([' ', '_'], "");
                let digits = text.trim_start_matches('-');
                let instead = if digits.chars().all(|c| c.is_ascii_digit()) {
                    format!("{text}.0")
                } else if tokens.contains(' ') {
                    format!("({tokens}) as {element}")
                } else {
                    format!("{tokens} as {element}")
                };
                self.diagnostics.error_spanned(at, integer_message(element, &instead));
                // What a literal is meant to be is plain, so that what is done with it may be wrong as well.
                let literal = digits.starts_with(|c: char| c.is_ascii_digit());
                return literal.then(|| self.graph.constant(n as f64));
            }
            Value::Mask(_) => format!(
                "a truth value is no number, and its jump has no derivative: choose between numbers, \
                 `if … {{ 1.0_{element} }} else {{ 0.0 }}`"
            ),
            Value::Tuple(_) => {
                "several numbers are no number: take a tuple apart by `let (a, b) = …;`, run over an array by \
                 `for c in [0.5, 0.25] { … }`"
                    .to_owned()
            }
            Value::Closure(_) => "a closure is no number: call it, as in `f(x)`".to_owned(),
            Value::Path(_) => {
                "this is imported and names no number: name a constant of the element type".to_owned()
            }
            Value::Unit => {
                "there is no value here: is there a semicolon too many, or an `else` too few?".to_owned()
            }
            Value::Unset => "this has no value yet: assign to it on every path".to_owned(),
        };
        self.diagnostics.error_spanned(at, message);
        None
    }

    /// The value as a truth value.
    pub(super) fn as_mask(&mut self, value: Value, at: impl ToTokens) -> Option<Id> {
        match value {
            Value::Mask(id) => Some(id),
            Value::Refused | Value::Never => None,
            value if self.unseen(&value).is_some() => None,
            _ => {
                self.diagnostics.error_spanned(at, "a condition is a truth value: compare, as in `x > 0.0`");
                None
            }
        }
    }

    /// The value as the type that is written for it.
    pub(super) fn ascribe(&mut self, ty: &Type, value: Value, at: &dyn ToTokens) -> Value {
        let element = self.signature.element;
        let path = match ty {
            Type::Infer(_) => return value,
            Type::Paren(paren) => return self.ascribe(&paren.elem, value, at),
            Type::Group(group) => return self.ascribe(&group.elem, value, at),
            Type::Array(array) => {
                return match value {
                    Value::Tuple(values) => Value::Tuple(
                        values.into_iter().map(|value| self.ascribe_part(&array.elem, value, at)).collect(),
                    ),
                    other => other,
                };
            }
            Type::Tuple(tuple) => {
                return match value {
                    Value::Tuple(values) if values.len() == tuple.elems.len() => Value::Tuple(
                        values
                            .into_iter()
                            .zip(&tuple.elems)
                            .map(|(v, ty)| self.ascribe_part(ty, v, at))
                            .collect(),
                    ),
                    other => other,
                };
            }
            Type::Path(path) if self.is_refused(&path.path) => return Value::Refused,
            // What an alias stands for rustc knows.
            Type::Path(path) if is_alias(&path.path) => return value,
            Type::Path(path) => path.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default(),
            _ => String::new(),
        };
        match (path.as_str(), value) {
            (_, Value::Refused) => Value::Refused,
            ("f32" | "f64", value) if path != element.name() => {
                self.forget(&value);
                self.refuse_all(
                    ty,
                    format!(
                        "`{path}` in a function that computes in {0}: write `{0}`, no conversion rounds in between then",
                        element.name()
                    ),
                )
            }
            ("f32" | "f64", Value::Unset) => Value::Unset,
            ("f32" | "f64", value) => self.as_number(value, at).map_or(Value::Refused, Value::Number),
            ("bool", value @ (Value::Mask(_) | Value::Unset)) | ("Row", value @ Value::Number(_)) => value,
            (name, value @ (Value::Integer(..) | Value::Unset)) if is_integer(name) => value,
            (_, value) if self.unseen(&value).is_some() => Value::Refused,
            _ => self.refuse_all(
                ty,
                format!(
                    "a variable is a number, {}, a truth value or a constant integer: leave the type out",
                    element.name()
                ),
            ),
        }
    }

    /// The same of a part of what is written at `at`: an integer is blamed where it was written itself.
    fn ascribe_part(&mut self, ty: &Type, value: Value, at: &dyn ToTokens) -> Value {
        match value {
            Value::Integer(n, span) if known(ty).is_some() => {
                let element = self.signature.element.name();
                self.refuse(span, integer_message(element, &format!("{n}.0")))
            }
            value => self.ascribe(ty, value, at),
        }
    }

    /// `a` where the mask is set, else `b`.
    pub(super) fn merge(&mut self, mask: Id, a: Value, b: Value, span: Span) -> Value {
        use crate::graph::Op;
        match (a, b) {
            (Value::Never, other) | (other, Value::Never) => other,
            (Value::Refused, _) | (_, Value::Refused) => Value::Refused,
            (Value::Number(a), Value::Number(b)) => Value::Number(self.at(span, |g| g.select(mask, a, b))),
            (Value::Mask(a), Value::Mask(b)) => Value::Mask(self.at(span, |g| {
                if a == b {
                    return a;
                }
                let (not, then) = (g.not(mask), g.and(mask, a));
                let otherwise = g.and(not, b);
                g.or(then, otherwise)
            })),
            (Value::Tuple(a), Value::Tuple(b)) if a.len() == b.len() => {
                Value::Tuple(a.into_iter().zip(b).map(|(a, b)| self.merge(mask, a, b, span)).collect())
            }
            (Value::Unit, Value::Unit) => Value::Unit,
            (Value::Integer(a, at), Value::Integer(b, _)) if a == b => Value::Integer(a, at),
            (Value::Closure(a), Value::Closure(b)) if Rc::ptr_eq(&a, &b) => Value::Closure(a),
            (Value::Path(a), Value::Path(_)) => Value::Path(a),
            (Value::Number(_), Value::Integer(n, at)) | (Value::Integer(n, at), Value::Number(_)) => {
                let element = self.signature.element.name();
                self.refuse(at, integer_message(element, &format!("{n}.0")))
            }
            (a, b) => match self.graph.op(mask) {
                Op::Truth(true) => a,
                Op::Truth(false) => b,
                _ if matches!((&a, &b), (Value::Unset, _) | (_, Value::Unset)) => Value::Unset,
                _ if matches!((&a, &b), (Value::Integer(..), Value::Integer(..))) => self.refuse(
                    span,
                    "an integer that depends on data is a step with jumps: choose between numbers instead",
                ),
                _ if matches!((&a, &b), (Value::Unit, _) | (_, Value::Unit)) => self.refuse(
                    span,
                    "one side of this branch has no value: is an `else` missing, or a semicolon too many?",
                ),
                _ => self.refuse(
                    span,
                    "the sides of this branch have values of different types: let both end in a number, or both in a tuple \
                     of the same length",
                ),
            },
        }
    }
}

fn integer_message(element: &str, instead: &str) -> String {
    format!("this is an integer, and Rust doesn't convert it to {element} by itself: write `{instead}`")
}

/// A name without the `r#` of a raw identifier.
pub(super) fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// Whether a type may be a number's under another name.
fn is_alias(path: &Path) -> bool {
    let capital = |name: &str| name.starts_with(char::is_uppercase) && name != "String";
    path.segments.last().is_some_and(|last| last.arguments.is_none() && capital(&last.ident.to_string()))
}

/// Whether this is the name of an integer type.
pub(super) fn is_integer(name: &str) -> bool {
    matches!(
        name,
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize"
    )
}
