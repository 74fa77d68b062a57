//! Blocks and statements: `let`, assignments, loops that are unrolled.

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{
    Attribute, BinOp, Block, Expr, ExprArray, ExprAssign, ExprBinary, ExprForLoop, ExprMethodCall, ExprTuple,
    Local, Pat, Path, RangeLimits, Stmt,
};

use super::Lowering;
use super::call::{INTEGER, SEVERAL};
use super::value::{Reach, Value};
use crate::callable::strip;
use crate::function::Signature;

/// The most passes of a loop that is unrolled.
pub(super) const MOST_PASSES: i64 = 64;

impl Lowering<'_> {
    /// The value of a block.
    pub(super) fn block(&mut self, block: &Block) -> Value {
        let scope = self.variables.len();
        self.items(block);
        let mut value = Value::Unit;
        let mut exits = None;
        for (n, statement) in block.stmts.iter().enumerate() {
            let last = n + 1 == block.stmts.len();
            let result = self.statement(statement, last);
            // What stands behind a `return` is looked through for offences only.
            if exits.is_none() {
                if matches!(result, Value::Never) {
                    exits = Some(self.exits.len());
                }
                value = result;
            }
        }
        if let Some(exits) = exits {
            self.exits.truncate(exits);
        }
        self.variables.truncate(scope);
        value
    }

    fn statement(&mut self, statement: &Stmt, last: bool) -> Value {
        match statement {
            Stmt::Local(local) => self.local_statement(local),
            Stmt::Item(_) => Value::Unit,
            Stmt::Macro(statement) => self.macro_call(&statement.mac),
            // A semicolon by itself.
            Stmt::Expr(Expr::Verbatim(nothing), Some(_)) if nothing.is_empty() => Value::Unit,
            Stmt::Expr(expr, None) if last => self.expression(expr),
            Stmt::Expr(expr, _) => {
                let asked = (self.called.len(), self.witnesses.len());
                let value = self.expression(expr);
                let dropped = match value {
                    Value::Never => return Value::Never,
                    Value::Unit | Value::Unset | Value::Refused => false,
                    _ => true,
                };
                if dropped {
                    // Whether a function that is called for nothing is an activation matters to no one.
                    self.called.truncate(asked.0);
                    self.witnesses.truncate(asked.1);
                    return self.refuse_all(
                        expr,
                        "this value is computed and dropped, so it is no part of the function: use it, assign it \
                         (`y = …;`), or remove the statement",
                    );
                }
                Value::Unit
            }
        }
    }

    /// `let pattern: Type = value;`
    fn local_statement(&mut self, local: &Local) -> Value {
        let Some(init) = &local.init else {
            self.declare(&local.pat);
            return Value::Unit;
        };
        let value = match &init.diverge {
            None => self.expression(&init.expr),
            Some((otherwise, _)) => self.refuse(
                otherwise.span,
                "a pattern of numbers can't fail in `let`: write the comparison, `if x == 0.0 { return …; }`",
            ),
        };
        let diverges = matches!(value, Value::Never);
        let value = if takes_apart(&local.pat) {
            self.gives_a_number(&value, &init.expr, SEVERAL).unwrap_or(value)
        } else {
            value
        };
        self.destructure(&local.pat, value, &init.expr);
        if diverges { Value::Never } else { Value::Unit }
    }

    /// `let y;`, `let y: f32;`, `let (y, z);`
    fn declare(&mut self, pat: &Pat) {
        match pat {
            Pat::Tuple(tuple) => tuple.elems.iter().for_each(|pat| self.declare(pat)),
            Pat::Paren(pat) => self.declare(&pat.pat),
            Pat::Type(typed) => {
                let value = self.ascribe(&typed.ty, Value::Unset, &typed.pat);
                match super::single(&typed.pat) {
                    Some(ident) => self.bind(ident, value),
                    None => self.declare(&typed.pat),
                }
            }
            Pat::Ident(pat) if pat.subpat.is_none() => self.bind(&pat.ident, Value::Unset),
            Pat::Wild(_) => {}
            _ => {
                self.refuse_all(pat, "a pattern without a value: declare names, as in `let y;`");
            }
        }
    }

    /// Refuses `#[cfg]` wherever it stands: what is left out is decided after us.
    pub(super) fn conditional_code(&mut self) {
        let Signature { item, settings, .. } = self.signature;
        let mut conditions = Conditions(Vec::new());
        conditions.visit_block(&item.block);
        settings.derivative.iter().chain(&settings.vjp).for_each(|own| conditions.visit_expr(own));
        for path in conditions.0 {
            self.refuse_all(
                path,
                "whether this is compiled is decided after the derivative is taken: put `#[cfg]` on two functions",
            );
        }
    }

    /// `place = value`
    pub(super) fn assignment(&mut self, expr: &ExprAssign) -> Value {
        let value = self.expression(&expr.right);
        if matches!(value, Value::Never) {
            return Value::Never;
        }
        self.store(&expr.left, value, &expr.right);
        Value::Unit
    }

    /// `place op= value`
    pub(super) fn compound_assignment(&mut self, expr: &ExprBinary, op: BinOp) -> Value {
        // Of numbers, what is on the right comes first: it may assign to the same variable.
        let b = self.expression(&expr.right);
        if matches!(b, Value::Never) {
            return Value::Never;
        }
        let a = match strip(&expr.left) {
            // What isn't there is refused as a place to assign to.
            Expr::Path(path) if path.path.get_ident().is_none_or(|ident| self.find(ident).is_none()) => {
                Value::Refused
            }
            left => self.expression(left),
        };
        let value = self.operation(&op, &expr.op, [a, b], [&expr.left, &expr.right]);
        self.store(&expr.left, value, &expr.right);
        Value::Unit
    }

    fn store(&mut self, place: &Expr, value: Value, right: &Expr) {
        match place {
            Expr::Paren(paren) => self.store(&paren.expr, value, right),
            Expr::Infer(_) => {}
            Expr::Path(path) if path.path.get_ident().is_some_and(|ident| self.find(ident).is_some()) => {
                let index = path.path.get_ident().and_then(|ident| self.find(ident)).unwrap_or_default();
                if self.variables[index].reach == Reach::Captured {
                    self.refuse_all(
                        place,
                        "a closure that changes what is outside of it can't be inlined: return the new value, and assign it \
                         where the closure is called",
                    );
                    return;
                }
                let number = matches!(self.variables[index].value, Value::Number(_));
                let value = match value {
                    // `y = 1` for a float y
                    Value::Integer(..) | Value::Mask(_) | Value::Unit if number => {
                        self.as_number(value, right).map_or(Value::Refused, Value::Number)
                    }
                    value => value,
                };
                self.assign(index, value);
            }
            Expr::Tuple(ExprTuple { elems, .. }) | Expr::Array(ExprArray { elems, .. }) => match value {
                Value::Tuple(values) if values.len() == elems.len() => {
                    for (place, value) in elems.iter().zip(values) {
                        self.store(place, value, right);
                    }
                }
                Value::Refused => {}
                _ => {
                    self.refuse_all(place, "the value is no tuple of this many parts");
                }
            },
            Expr::Field(field) => self.store_field(field, value),
            // Refused when it was read.
            Expr::Index(_) | Expr::Unary(_) if matches!(value, Value::Refused) => {}
            _ => {
                let near = match place {
                    Expr::Path(path) => path.path.get_ident().and_then(|ident| self.slip(ident)),
                    _ => None,
                };
                let message = match near {
                    Some(near) => format!("there is no variable of this name here: did you mean `{near}`?"),
                    None => "only a local variable can be assigned to: nothing outside may change".to_owned(),
                };
                self.refuse_all(place, message);
            }
        }
    }

    /// `pair.0 = value`
    fn store_field(&mut self, field: &syn::ExprField, value: Value) {
        if let (Expr::Path(path), syn::Member::Unnamed(n)) = (&*field.base, &field.member)
            && let Some(index) = path.path.get_ident().and_then(|ident| self.find(ident))
            && let Value::Tuple(mut values) = self.variables[index].value.clone()
            && let Some(slot) = values.get_mut(n.index as usize)
        {
            *slot = value;
            self.assign(index, Value::Tuple(values));
        } else {
            self.refuse_all(field, "only a local variable can be assigned to: nothing outside may change");
        }
    }

    /// `for pattern in 0..n { … }`, unrolled.
    pub(super) fn for_loop(&mut self, expr: &ExprForLoop) -> Value {
        let Some(passes) = self.passes(&expr.expr) else {
            let scope = self.variables.len();
            self.destructure(&expr.pat, Value::Refused, &expr.expr);
            self.refused_loops += 1;
            self.block(&expr.body);
            self.refused_loops -= 1;
            self.variables.truncate(scope);
            return Value::Refused;
        };
        for value in passes {
            let scope = self.variables.len();
            self.destructure(&expr.pat, value, &expr.expr);
            let result = self.block(&expr.body);
            self.variables.truncate(scope);
            match result {
                Value::Unit | Value::Refused => {}
                Value::Never => return Value::Never,
                other => {
                    self.as_unit(&other, &expr.body);
                    return Value::Refused;
                }
            }
        }
        Value::Unit
    }

    fn as_unit(&mut self, _value: &Value, body: &Block) {
        let at = body.stmts.last().map_or_else(|| body.to_token_stream(), ToTokens::to_token_stream);
        self.refuse_all(
            at,
            "this value is computed and dropped in each pass: assign it to a variable, `y = …;`",
        );
    }

    /// What a loop runs over, if that is known here.
    fn passes(&mut self, over: &Expr) -> Option<Vec<Value>> {
        match over {
            Expr::Paren(paren) => self.passes(&paren.expr),
            Expr::MethodCall(call) if is_adapter(call) => {
                let mut passes = self.passes(&call.receiver)?;
                match call.args.first() {
                    Some(step) => {
                        let step = self.bound(step)?;
                        let step = usize::try_from(step).ok().filter(|&step| step > 0);
                        let Some(step) = step else {
                            self.refuse_all(&call.args, "a step is at least 1: write `.step_by(2)`");
                            return None;
                        };
                        passes = passes.into_iter().step_by(step).collect();
                    }
                    None if call.method == "rev" => passes.reverse(),
                    None if call.method == "enumerate" => {
                        let count = |n: usize| Value::Integer(n as i64, call.method.span());
                        let numbered = |(n, value)| Value::Tuple(vec![count(n), value]);
                        passes = passes.into_iter().enumerate().map(numbered).collect();
                    }
                    None => {}
                }
                Some(passes)
            }
            Expr::Range(range) => {
                let (Some(start), Some(end)) = (&range.start, &range.end) else {
                    self.refuse_all(over, "the loop is unrolled, so it needs both bounds: write `0..8`");
                    return None;
                };
                let (low, high) = (self.bound(start), self.bound(end));
                let (low, mut high) = (low?, high?);
                if let RangeLimits::Closed(_) = range.limits {
                    high = high.saturating_add(1);
                }
                if high.saturating_sub(low) > MOST_PASSES {
                    self.refuse_all(
                        over,
                        format!(
                            "a loop of more than {MOST_PASSES} passes makes too large a formula when it is unrolled: \
                             find a closed form, or take fewer terms"
                        ),
                    );
                    return None;
                }
                Some((low..high).map(|n| Value::Integer(n, range.span())).collect())
            }
            Expr::Macro(over) => {
                self.macro_call(&over.mac);
                None
            }
            other => {
                let value = match other {
                    Expr::Path(over) => over.path.get_ident().and_then(|ident| self.local(ident)),
                    Expr::Array(_) | Expr::Repeat(_) => Some(self.expression(other)),
                    _ => None,
                };
                match value {
                    Some(Value::Tuple(values)) => return Some(values),
                    // Refused where it was made.
                    Some(Value::Refused) => {}
                    _ if self.signature.rows => {
                        self.refuse_all(
                            other,
                            "the loop over a row is made for you: write the expression of the row itself, which is \
                             element by element, and reduce it, as in `(x * x).sum()`",
                        );
                    }
                    _ => {
                        self.refuse_all(
                            other,
                            "a loop is unrolled, so what it runs over is known when the code is compiled: write `0..8` or \
                             `[0.5, 0.25]`",
                        );
                    }
                }
                None
            }
        }
    }

    /// A bound of a loop.
    pub(super) fn bound(&mut self, expr: &Expr) -> Option<i64> {
        if self.hidden(expr) {
            return None;
        }
        match self.expression(expr) {
            Value::Integer(n, _) => Some(n),
            Value::Refused => None,
            value if self.unseen(&value).is_some() => None,
            value if self.gives_a_number(&value, expr, INTEGER).is_some() => None,
            _ => {
                self.refuse_all(
                    expr,
                    "a bound of a loop is a constant integer, so that the loop can be unrolled: write `0..8`",
                );
                None
            }
        }
    }
}

/// Whether this is a method of iterators that a loop may run over.
fn is_adapter(call: &ExprMethodCall) -> bool {
    let arguments = match call.method.to_string().as_str() {
        "rev" | "enumerate" | "into_iter" => 0,
        "step_by" => 1,
        _ => return false,
    };
    call.args.len() == arguments
}

/// Whether a pattern is that of several values.
fn takes_apart(pat: &Pat) -> bool {
    match pat {
        Pat::Type(typed) => takes_apart(&typed.pat),
        Pat::Paren(inner) => takes_apart(&inner.pat),
        Pat::Tuple(_) | Pat::Slice(_) => true,
        _ => false,
    }
}

/// The names of the attributes by which code is left out.
struct Conditions<'a>(Vec<&'a Path>);

impl<'a> Visit<'a> for Conditions<'a> {
    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        let path = attribute.path();
        if path.is_ident("cfg") || path.is_ident("cfg_attr") {
            self.0.push(path);
        }
    }
}
