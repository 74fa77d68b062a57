//! The forms of Rust that an activation hasn't: why, and what to write instead.

use syn::{BinOp, Block, Expr, ExprLit, Ident, Lit, UnOp};

use super::Lowering;
use super::method::is_method;
use super::pattern::bound;
use super::value::{Value, plain};
use crate::callable::strip;

impl Lowering<'_> {
    /// What Rust has and an activation hasn't.
    pub(super) fn refused(&mut self, expr: &Expr) -> Value {
        match expr {
            Expr::Macro(expr) => self.macro_call(&expr.mac),
            Expr::While(expr) => {
                self.refuse(
                    expr.while_token.span,
                    "how often a `while` loop runs depends on data, so there is no one formula to differentiate: write \
                     `for _ in 0..8`, which is unrolled",
                );
                self.refused_loop(bound(&expr.cond), &expr.body)
            }
            Expr::Loop(expr) => {
                self.refuse(
                    expr.loop_token.span,
                    "how often a `loop` runs depends on data, so there is no one formula to differentiate: write \
                     `for _ in 0..8`, which is unrolled",
                );
                self.refused_loop(Vec::new(), &expr.body)
            }
            Expr::Break(_) | Expr::Continue(_) if self.refused_loops > 0 => Value::Never,
            Expr::Break(expr) => self.refuse(
                expr.break_token.span,
                "every pass of an unrolled loop is part of the formula: leave values as they are by `if`, instead of `break`",
            ),
            Expr::Continue(expr) => self.refuse(
                expr.continue_token.span,
                "every pass of an unrolled loop is part of the formula: put the rest of the body into an `if`",
            ),
            Expr::Let(expr) => self.refuse(
                expr.let_token.span,
                "`if let` tests a pattern on a number: write the comparison, `if x == 0.0`, or `match x { … }`",
            ),
            Expr::Index(expr) => {
                let base = self.base(&expr.expr);
                let index = match &*expr.index {
                    Expr::Range(_) => Value::Unit,
                    index => self.expression(index),
                };
                if [base, index].iter().any(|value| matches!(value, Value::Refused)) {
                    return Value::Refused;
                }
                if self.signature.rows {
                    return self.refuse_all(
                        expr,
                        "single elements of a row can't be picked: reduce the row (max, min, a `dot` with a row of \
                         weights), or pass what is picked as a row of its own",
                    );
                }
                self.refuse_all(
                    expr,
                    "elements aren't picked by an index here, which would be a step with jumps if it depended on the input: run \
                     over an array by `for c in [0.5, 0.25] { … }`, or take it apart by `let [a, b] = …;`; for whole rows \
                     there is `Row<f32>`",
                )
            }
            Expr::Reference(expr) => {
                if !matches!(&*expr.expr, Expr::Lit(_)) {
                    self.expression(&expr.expr);
                }
                self.refuse(expr.and_token.span, "numbers go by value here, there is nothing to borrow: leave `&` out")
            }
            Expr::RawAddr(expr) => self.refuse(expr.and_token.span, "numbers go by value here: leave the pointer out"),
            Expr::Unsafe(expr) => {
                self.refuse(expr.unsafe_token.span, "arithmetic needs no `unsafe`, and what does can't be differentiated: remove it")
            }
            Expr::Async(expr) => self.refuse(expr.async_token.span, "a future is no number: compute the value directly"),
            Expr::Await(expr) => self.refuse(expr.await_token.span, "nothing can be waited for in a formula: compute the value directly"),
            Expr::Try(expr) => self.refuse(
                expr.question_token.span,
                "`?` leaves the function with an error, an activation has a value for every input: compute one",
            ),
            Expr::TryBlock(expr) => self.refuse(expr.try_token.span, "an activation has a value for every input: nothing can fail here"),
            Expr::Yield(expr) => self.refuse(expr.yield_token.span, "an activation returns one value: it can't yield"),
            Expr::Struct(expr) => {
                for field in &expr.fields {
                    self.expression(&field.expr);
                }
                if self.is_refused(&expr.path) {
                    return Value::Refused;
                }
                self.refuse_all(&expr.path, "a struct is no number: use several `let`s or a tuple")
            }
            Expr::Range(expr) => self.refuse_all(expr.limits, "a range is no number: it has a place in `for i in 0..4` and in patterns"),
            Expr::Infer(expr) => self.refuse(expr.underscore_token.span, "there is no value here: write one"),
            other => self.refuse_all(other, "the compiler can't see through this: use arithmetic, methods of f32, `if` and `match`"),
        }
    }

    /// What is computed with something that was refused: of no type that it may have is a truth value or a tuple a summand,
    /// of a float no integer either.
    pub(super) fn beside_refused(
        &mut self,
        op: &BinOp,
        refused: &Expr,
        other: Value,
        written: &Expr,
    ) -> Value {
        let misfit = match other {
            Value::Mask(_) | Value::Tuple(_) | Value::Closure(_) => is_arithmetic(op),
            Value::Integer(..) => is_float(refused),
            _ => false,
        };
        if misfit {
            self.as_number(other, written);
        }
        Value::Refused
    }

    /// The body of a loop that was refused: looked through for further offences.
    fn refused_loop(&mut self, names: Vec<&Ident>, body: &Block) -> Value {
        self.refused_loops += 1;
        self.block_with(names, body);
        self.refused_loops -= 1;
        Value::Refused
    }

    /// A macro's name is the offence.
    pub(super) fn macro_call(&mut self, mac: &syn::Macro) -> Value {
        let name = mac.path.segments.last().map(|s| plain(&s.ident)).unwrap_or_default();
        let instead = match name.as_str() {
            "println" | "print" | "eprintln" | "eprint" | "dbg" => {
                "it would print once for each of millions of elements; print outside, around `forward`"
            }
            "assert" | "assert_eq" | "debug_assert" | "debug_assert_eq" | "assert_ne" | "debug_assert_ne" => {
                "state the inputs that are meant by `#[activation(domain = 0.0..=1.0)]`"
            }
            "panic" | "unreachable" | "unimplemented" | "todo" => {
                "an activation has a value for every input: return one"
            }
            "matches" => "write the comparison, as in `x > 0.0 && x < 1.0`",
            "vec" => "an activation computes with numbers only",
            _ => "write out what it expands to",
        };
        self.refuse_all(
            &mac.path,
            format!("a macro can't be seen through, so `{name}!` has no derivative: {instead}"),
        )
    }
}

fn is_arithmetic(op: &BinOp) -> bool {
    matches!(op, BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_))
}

/// Whether an expression is a float by its form, whatever it is made of: integers have methods and operators too.
fn is_float(expr: &Expr) -> bool {
    match strip(expr) {
        Expr::Lit(ExprLit { lit: Lit::Float(_), .. }) => true,
        Expr::Unary(unary) => matches!(unary.op, UnOp::Neg(_)) && is_float(&unary.expr),
        Expr::Binary(binary) if is_arithmetic(&binary.op) => {
            is_float(&binary.right) || is_float(&binary.left)
        }
        Expr::MethodCall(call) => match plain(&call.method).as_str() {
            "abs" | "signum" | "max" | "min" | "clamp" | "midpoint" | "rem_euclid" | "div_euclid" => {
                is_float(&call.receiver)
            }
            "sin_cos" | "is_nan" | "is_finite" | "is_infinite" => false,
            name => is_method(name) || name == "fract",
        },
        _ => false,
    }
}
