//! Methods of f32 and f64: rows of the table of primitives, compositions of them, and the reasons for the others.

use proc_macro2::{Ident, Span};
use syn::{Expr, ExprMethodCall};

use super::Lowering;
use super::call::INTEGER;
use super::row::{self, REDUCTIONS};
use super::value::{Value, plain};
use crate::callable::strip;
use crate::graph::{Comparison, Graph, Id};
use crate::helper;
use crate::parse::round;
use crate::primitive::Primitive;
use crate::spelling;

/// Methods that are accepted and are no rows of the table.
const COMPOSED: &[&str] = &[
    "recip",
    "powi",
    "log",
    "mul_add",
    "clamp",
    "sin_cos",
    "to_radians",
    "to_degrees",
    "midpoint",
    "is_nan",
    "is_finite",
    "is_infinite",
];

/// Whether a number has a method of this name.
pub(super) fn is_method(name: &str) -> bool {
    COMPOSED.contains(&name) || Primitive::by_method(name).is_some_and(|primitive| !primitive.is_helper())
}

impl Lowering<'_> {
    /// `receiver.method(arguments)`
    pub(super) fn method_call(&mut self, call: &ExprMethodCall) -> Value {
        if call.method == "contains"
            && let Some(value) = self.contains(call)
        {
            return value;
        }
        let receiver = self.expression(&call.receiver);
        if matches!(receiver, Value::Refused) && call.turbofish.is_some() {
            return Value::Refused;
        }
        if let Some(turbofish) = &call.turbofish {
            return self
                .refuse_all(turbofish, "a method of a number has no generic arguments: leave them out");
        }
        let others: Vec<&Expr> = call.args.iter().collect();
        self.method(&call.method, receiver, strip(&call.receiver), &others)
    }

    /// `method` of `receiver`, which was written as `written`.
    pub(super) fn method(
        &mut self,
        method: &Ident,
        receiver: Value,
        written: &Expr,
        others: &[&Expr],
    ) -> Value {
        let name = plain(method);
        let span = method.span();
        let receiver = match name.as_str() {
            // Of an option, which what is called from outside doesn't give.
            "unwrap" | "expect" | "unwrap_or" | "unwrap_or_default" | "map" | "and_then" => {
                self.gives_a_number(&receiver, written, "write what it computes here").unwrap_or(receiver)
            }
            _ => receiver,
        };
        // Of a receiver that was refused the type isn't known, but a step is a step.
        let refused = matches!(receiver, Value::Refused | Value::Never);
        let reason = if refused { self.step(&name) } else { self.reason(&name, &receiver, others) };
        if refused || reason.is_some() {
            for other in others {
                match other {
                    Expr::Reference(reference) => self.expression(&reference.expr),
                    // A function, as in `fold(0.0, f32::max)`.
                    Expr::Path(path) if path.path.get_ident().is_none() => Value::Refused,
                    other => self.expression(other),
                };
            }
            self.forget(&receiver);
            return reason.map_or(Value::Refused, |reason| self.refuse(span, reason));
        }
        let Some(x) = self.as_number(receiver, written) else { return Value::Refused };
        if let Some(value) = self.reduction(&name, x, others, span) {
            return value;
        }
        let primitive = Primitive::by_method(&name).filter(|p| !p.is_helper());
        let arity = match primitive {
            Some(primitive) => primitive.facts().arity - 1,
            None => match name.as_str() {
                "powi" | "log" | "midpoint" | "rem_euclid" | "div_euclid" => 1,
                "mul_add" | "clamp" => 2,
                _ => 0,
            },
        };
        if others.len() != arity {
            let takes = match arity {
                0 => "no argument".to_owned(),
                1 => "one argument".to_owned(),
                n => format!("{n} arguments"),
            };
            return self.refuse(span, format!("`{name}` takes {takes} and is given {}", others.len()));
        }
        if name == "powi" {
            return self.powi(x, others[0], span);
        }
        let mut arguments = vec![Some(x)];
        for other in others {
            let value = self.expression(other);
            arguments.push(self.as_number(value, other));
        }
        let Some(arguments) = arguments.into_iter().collect::<Option<Vec<Id>>>() else {
            return Value::Refused;
        };
        if name == "clamp"
            && let (Some(low), Some(high)) =
                (self.graph.as_constant(arguments[1]), self.graph.as_constant(arguments[2]))
            && low > high
        {
            return self.refuse(
                span,
                "`clamp` panics where the lower bound is above the upper one: write the smaller first, as in \
                 `x.clamp(-1.0, 1.0)`",
            );
        }
        match primitive {
            Some(primitive) => self.primitive(primitive, &arguments, span),
            None => self.composed(&name, &arguments, span),
        }
    }

    /// A row of the table.
    fn primitive(&mut self, primitive: Primitive, arguments: &[Id], span: Span) -> Value {
        if primitive == Primitive::Powf
            && let Some(exponent) = self.graph.as_constant(arguments[1])
            && exponent.fract() == 0.0
            && exponent.abs() <= 64.0
        {
            // Defined for negative bases too, which the checks then know.
            return Value::Number(self.at(span, |g| g.powi(arguments[0], exponent as i32)));
        }
        Value::Number(self.at(span, |g| g.apply(primitive, arguments)))
    }

    /// A method that is made of others.
    fn composed(&mut self, name: &str, arguments: &[Id], span: Span) -> Value {
        let x = arguments[0];
        let element = self.signature.element;
        self.graph.here = Some(span.into());
        let g = &mut self.graph;
        let number = match name {
            "recip" => {
                let one = g.constant(1.0);
                g.div(one, x)
            }
            "mul_add" => {
                let product = g.mul(x, arguments[1]);
                g.add(product, arguments[2])
            }
            "clamp" => {
                let above = g.apply(Primitive::Max, &[x, arguments[1]]);
                g.apply(Primitive::Min, &[above, arguments[2]])
            }
            "to_radians" => scaled(g, x, std::f64::consts::PI / 180.0),
            "to_degrees" => scaled(g, x, 180.0 / std::f64::consts::PI),
            "midpoint" => {
                let (a, b) = (scaled(g, x, 0.5), scaled(g, arguments[1], 0.5));
                g.add(a, b)
            }
            "log" => match g.as_constant(arguments[1]) {
                Some(2.0) => g.apply(Primitive::Log2, &[x]),
                Some(10.0) => g.apply(Primitive::Log10, &[x]),
                Some(base) => {
                    let (log, scale) = (g.apply(Primitive::Ln, &[x]), g.constant(round(base, element).ln()));
                    g.div(log, scale)
                }
                None => {
                    let (log, scale) =
                        (g.apply(Primitive::Ln, &[x]), g.apply(Primitive::Ln, &[arguments[1]]));
                    g.div(log, scale)
                }
            },
            "sin_cos" => {
                let pair = [Primitive::Sin, Primitive::Cos].map(|p| Value::Number(g.apply(p, &[x])));
                return Value::Tuple(pair.to_vec());
            }
            "is_nan" => return Value::Mask(g.compare(Comparison::Ne, x, x)),
            "is_finite" | "is_infinite" => {
                let (magnitude, infinity) = (g.apply(Primitive::Abs, &[x]), g.constant(f64::INFINITY));
                let comparison = if name == "is_finite" { Comparison::Lt } else { Comparison::Eq };
                return Value::Mask(g.compare(comparison, magnitude, infinity));
            }
            // Steps, where the derivative is given.
            "signum" => {
                let one = g.constant(1.0);
                let sign = g.apply(Primitive::Copysign, &[one, x]);
                let number = g.compare(Comparison::Eq, x, x);
                g.select(number, sign, x)
            }
            "rem_euclid" => {
                let modulus = g.apply(Primitive::Abs, &[arguments[1]]);
                remainder(g, Primitive::Floor, x, modulus)
            }
            "div_euclid" => {
                let modulus = g.apply(Primitive::Abs, &[arguments[1]]);
                let quotient = g.div(x, modulus);
                let (whole, one) = (g.apply(Primitive::Floor, &[quotient]), g.constant(1.0));
                let sign = g.apply(Primitive::Copysign, &[one, arguments[1]]);
                g.mul(sign, whole)
            }
            _ => {
                let whole = g.apply(Primitive::Trunc, &[x]);
                g.sub(x, whole)
            }
        };
        Value::Number(number)
    }

    /// `x.powi(n)` for an integer that is known here.
    fn powi(&mut self, x: Id, exponent: &Expr, span: Span) -> Value {
        if self.hidden(exponent) {
            return Value::Refused;
        }
        match self.expression(exponent) {
            Value::Integer(n, _) => match i32::try_from(n) {
                Ok(n) => Value::Number(self.at(span, |g| g.powi(x, n))),
                Err(_) => self.refuse_all(exponent, "this exponent is no i32: numbers to such a power are 0 or infinite"),
            },
            Value::Refused | Value::Never => Value::Refused,
            value if self.unseen(&value).is_some() => Value::Refused,
            value if self.gives_a_number(&value, exponent, INTEGER).is_some() => Value::Refused,
            Value::Number(id) if self.graph.as_constant(id).is_some() => {
                self.refuse_all(exponent, "the exponent of `powi` is an integer: write `powi(2)`, or `powf` for this one")
            }
            _ => self.refuse_all(
                exponent,
                "the exponent of `powi` is a constant integer, as in `x.powi(3)`: one that depends on data is for `powf`",
            ),
        }
    }

    /// `(low..high).contains(&x)`, as the lints of Rust advise to write two comparisons.
    fn contains(&mut self, call: &ExprMethodCall) -> Option<Value> {
        let mut range = &*call.receiver;
        while let Expr::Paren(paren) = range {
            range = &paren.expr;
        }
        let (Expr::Range(range), Some(Expr::Reference(argument)), 1) =
            (range, call.args.first(), call.args.len())
        else {
            return None;
        };
        let value = self.expression(&argument.expr);
        let x = self.as_number(value, &argument.expr);
        let mut inside = Some(self.graph.truth(true));
        let high = match range.limits {
            syn::RangeLimits::HalfOpen(_) => Comparison::Lt,
            syn::RangeLimits::Closed(_) => Comparison::Le,
        };
        for (end, comparison) in [(&range.start, Comparison::Ge), (&range.end, high)] {
            let Some(end) = end else { continue };
            let value = self.expression(end);
            let end = self.as_number(value, end);
            inside = match (inside, x, end) {
                (Some(before), Some(x), Some(end)) => Some(self.at(call.method.span(), |g| {
                    let holds = g.compare(comparison, x, end);
                    g.and(before, holds)
                })),
                _ => None,
            };
        }
        Some(inside.map_or(Value::Refused, Value::Mask))
    }

    /// Why a step is refused: flat between jumps, it has no derivative that anything could learn from.
    fn step(&self, name: &str) -> Option<String> {
        let (what, instead) = match name {
            "floor" | "ceil" | "round" | "round_ties_even" | "trunc" if !self.steps => {
                ("is flat with jumps", "")
            }
            "signum" if !self.steps => {
                ("is flat with a jump at 0", ", or write the smooth `(8.0 * x).tanh()`")
            }
            "fract" if !self.steps => {
                ("jumps at every integer", ", or write a periodic function such as sin")
            }
            "rem_euclid" | "div_euclid" if !self.steps => {
                ("jumps at every multiple", ", or write a periodic function such as sin")
            }
            "to_int_unchecked" => ("is flat with jumps", ""),
            _ => return None,
        };
        Some(format!(
            "`{name}` {what}: its derivative is 0 or undefined; for a straight-through estimator give a derivative, \
             `#[activation(derivative = |x| 1.0)]`{instead}"
        ))
    }

    /// Why a method is refused, if it is: what it does, why that has no derivative, what to write instead.
    fn reason(&mut self, name: &str, receiver: &Value, others: &[&Expr]) -> Option<String> {
        if self.signature.rows
            && let Some(reason) = row::reason(name)
        {
            return Some(reason.to_owned());
        }
        if let Value::Integer(..) = receiver {
            let text = if others.is_empty() { "()" } else { "(…)" };
            return Some(format!(
                "an integer has no `{name}{text}` that could be differentiated: write a number with a point, as in `2.0`, or \
                 `as {}`",
                self.signature.element.name()
            ));
        }
        if let Value::Tuple(_) = receiver {
            return Some(format!(
                "`{name}` isn't for several numbers: run over an array by `for c in [0.5, 0.25] {{ … }}`, take a tuple apart by \
                 `let (a, b) = …;`"
            ));
        }
        if let Some(reason) = self.step(name) {
            return Some(reason);
        }
        match name {
            "floor" | "ceil" | "round" | "round_ties_even" | "trunc" | "signum" | "fract" | "rem_euclid"
            | "div_euclid" => None,
            "abs_sub" => {
                Some("`abs_sub` is deprecated, as it isn't |a − b|: write `(a - b).max(0.0)`".to_owned())
            }
            "to_bits" | "to_be_bytes" | "to_le_bytes" | "to_ne_bytes" => {
                Some("the bits of a number have no derivative: use arithmetic".to_owned())
            }
            "is_sign_negative" | "is_sign_positive" => Some(
                "the sign bit tells −0 from 0, which a differentiable function can't: write `x < 0.0`"
                    .to_owned(),
            ),
            "is_normal" | "is_subnormal" | "classify" => Some(
                "how a number is stored is no part of its value: compare it, as in `x.abs() < 1e-30`"
                    .to_owned(),
            ),
            "total_cmp" | "partial_cmp" | "cmp" => {
                Some("an ordering has no derivative: compare by an operator, as in `x < y`".to_owned())
            }
            "lt" | "le" | "gt" | "ge" | "eq" | "ne" => {
                Some(format!("`{name}` borrows its operand: compare by the operator, as in `x < y`"))
            }
            "add" | "sub" | "mul" | "div" | "neg" => {
                Some(format!("`{name}` is an operator's trait method: write the operator, as in `a + b`"))
            }
            "into" | "try_into" | "from" | "try_from" => Some(
                "a conversion rounds or changes the type: compute in one of f32 and f64 throughout"
                    .to_owned(),
            ),
            "clone" | "to_owned" | "borrow" | "as_ref" => {
                Some(format!("numbers are copied: leave `.{name}()` out"))
            }
            "unwrap" | "expect" | "unwrap_or" | "unwrap_or_default" | "map" | "and_then" => {
                Some(format!("`{name}` is for options, and here are numbers only: leave it out"))
            }
            "lerp" => Some("`lerp` isn't stable in Rust: write `a + t * (b - a)`".to_owned()),
            "maximum" | "minimum" => Some(format!(
                "`{name}` isn't stable in Rust: write `{}`, which here gives NaN for NaN too",
                &name[..3]
            )),
            "gamma" | "ln_gamma" => Some(format!(
                "`{name}` isn't stable in Rust, and there is no vector code for it: write an approximation, such as \
                 Stirling's"
            )),
            "powi" if others.is_empty() => None,
            _ if COMPOSED.contains(&name) => None,
            _ if self.signature.rows && REDUCTIONS.contains(&name) => None,
            _ if Primitive::by_method(name).is_some_and(|p| !p.is_helper()) => None,
            _ if helper::NAMES.contains(&name) => {
                Some(format!("`{name}` is a function and no method: write `{name}(x)`"))
            }
            _ => Some(self.unknown(name)),
        }
    }

    /// A method that there isn't.
    fn unknown(&self, name: &str) -> String {
        let element = self.signature.element.name();
        let other = match name {
            "log1p" => Some("ln_1p"),
            "expm1" => Some("exp_m1"),
            "pow" => Some("powf"),
            "arcsin" => Some("asin"),
            "arccos" => Some("acos"),
            "arctan" => Some("atan"),
            "square" | "squared" => {
                return format!("{element} has no method `{name}`: write `x * x` or `x.powi(2)`");
            }
            _ => None,
        };
        let table =
            Primitive::ALL.iter().filter(|p| !p.is_step() && !p.is_helper()).map(|p| p.facts().method);
        let rows = if self.signature.rows { REDUCTIONS } else { &[] };
        let names = table.chain(COMPOSED.iter().copied()).chain(rows.iter().copied());
        if let Some(near) = other.or_else(|| spelling::nearest(name, names)) {
            return format!("there is no differentiable method `{name}`: did you mean `{near}`?");
        }
        if let Some(near) = spelling::nearest(name, helper::NAMES.iter().copied()) {
            return format!("there is no method `{name}`: did you mean the function `{near}(x)`?");
        }
        if REDUCTIONS.contains(&name) {
            return format!(
                "`{name}` reduces a row to a number, and this is one number: take a `Row<{element}>`"
            );
        }
        format!(
            "`{name}` is no method of {element} that the compiler can differentiate: build it from exp, ln, tanh, sqrt and \
             the like, or make it an #[activation] of its own with a given derivative"
        )
    }
}

/// a − b·⌊a/b⌋, with another way to whole numbers where `step` says so.
pub(super) fn remainder(graph: &mut Graph, step: Primitive, a: Id, b: Id) -> Id {
    let quotient = graph.div(a, b);
    let whole = graph.apply(step, &[quotient]);
    let multiple = graph.mul(whole, b);
    graph.sub(a, multiple)
}

fn scaled(graph: &mut Graph, x: Id, factor: f64) -> Id {
    let factor = graph.constant(factor);
    graph.mul(factor, x)
}
