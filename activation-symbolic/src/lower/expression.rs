//! Expressions: one arm for each form that Rust has, with the reason for each that is refused.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{
    BinOp, Expr, ExprArray, ExprBinary, ExprCast, ExprLit, ExprPath, ExprUnary, Lit, Member, Type, UnOp,
};

use super::Lowering;
use super::call::{NO_NUMBER, SEVERAL, builtin, scalar};
use super::item::at;
use super::method::{is_method, remainder};
use super::statement::MOST_PASSES;
use super::value::{Value, is_integer, plain};
use crate::callable::{constant, place, strip};
use crate::diagnostic::Place;
use crate::graph::{Comparison, Op};
use crate::parse::literal::standard;
use crate::parse::{PRIMITIVES, suffix_message, wrong_suffix};
use crate::primitive::Primitive;
use crate::spelling;

impl Lowering<'_> {
    /// The value of an expression.
    pub(super) fn expression(&mut self, expr: &Expr) -> Value {
        self.budget = self.budget.saturating_sub(1);
        if self.budget == 0 {
            return self.refuse(
                self.signature.item.sig.ident.span(),
                "the body is too large when its loops are unrolled and its closures inlined: make parts of it an \
                 #[activation] of their own",
            );
        }
        match expr {
            Expr::Lit(lit) => self.literal(lit),
            Expr::Path(path) => self.path(path),
            Expr::Paren(paren) => self.expression(&paren.expr),
            Expr::Group(group) => self.expression(&group.expr),
            Expr::Unary(unary) => self.unary(unary),
            Expr::Binary(binary) => self.binary(binary),
            Expr::Cast(cast) => self.cast(cast),
            Expr::Call(call) => self.call(call),
            Expr::MethodCall(call) => self.method_call(call),
            Expr::Field(field) => match (self.parts(&field.base), &field.member) {
                (Value::Tuple(values), Member::Unnamed(index)) if (index.index as usize) < values.len() => {
                    values[index.index as usize].clone()
                }
                (Value::Refused, _) => Value::Refused,
                (Value::Number(_), Member::Named(name)) if is_method(&plain(name)) => {
                    self.refuse(name.span(), format!("`{name}` is a method, which has to be called: write `.{name}()`"))
                }
                _ => self.refuse(
                    field.member.span(),
                    "only tuples have fields here: what a struct holds comes in as an argument, `#[param]` if it is \
                     the same for all elements",
                ),
            },
            Expr::Tuple(tuple) if tuple.elems.is_empty() => Value::Unit,
            Expr::Tuple(tuple) => Value::Tuple(tuple.elems.iter().map(|e| self.expression(e)).collect()),
            Expr::Array(array) => self.array(array),
            Expr::Repeat(repeat) => {
                let (value, Some(times)) = (self.expression(&repeat.expr), self.bound(&repeat.len)) else {
                    return Value::Refused;
                };
                if let Value::Refused = value {
                    return value;
                }
                match usize::try_from(times) {
                    Ok(times) if times.saturating_mul(value.size()) <= MOST_PASSES as usize => {
                        Value::Tuple(vec![value; times])
                    }
                    _ => self.refuse_all(&repeat.len, format!("an array of more than {MOST_PASSES} numbers makes too large a formula")),
                }
            }
            Expr::If(expr) => self.conditional(expr),
            Expr::Match(expr) => self.match_on(expr),
            Expr::Block(block) => {
                if let Some(label) = &block.label {
                    return self.refuse_all(
                        &label.name,
                        "a labelled block is left by jumps: use `if` and `else` as expressions, or an early `return`",
                    );
                }
                self.block(&block.block)
            }
            Expr::Const(block) => self.block(&block.block),
            Expr::Closure(closure) => self.closure(closure),
            Expr::Return(expr) => {
                let value = match &expr.expr {
                    Some(value) => self.expression(value),
                    None => self.refuse(
                        expr.return_token.span,
                        "an activation has a value for every input: write it, `return x;`",
                    ),
                };
                self.exit(value, expr.return_token.span)
            }
            Expr::Assign(assign) => self.assignment(assign),
            Expr::ForLoop(expr) => self.for_loop(expr),
            other => self.refused(other),
        }
    }

    /// `[a, b]`: where one is a float, all are.
    fn array(&mut self, array: &ExprArray) -> Value {
        let values: Vec<Value> = array.elems.iter().map(|element| self.expression(element)).collect();
        let floats = values.iter().any(|value| matches!(value, Value::Number(_)));
        let number = |(value, element)| match value {
            Value::Integer(..) if floats => {
                self.as_number(value, element).map_or(Value::Refused, Value::Number)
            }
            value => value,
        };
        Value::Tuple(values.into_iter().zip(&array.elems).map(number).collect())
    }

    /// What has a field or an element; of a constant from outside neither can be seen here.
    pub(super) fn base(&mut self, expr: &Expr) -> Value {
        match strip(expr) {
            Expr::Path(ExprPath { path, .. }) if path.get_ident().is_none_or(|i| self.find(i).is_none()) => {
                Value::Unit
            }
            base => self.expression(base),
        }
    }

    /// What has fields.
    fn parts(&mut self, expr: &Expr) -> Value {
        let value = self.base(expr);
        self.gives_a_number(&value, expr, SEVERAL).unwrap_or(value)
    }

    /// A literal; integers stay integers.
    fn literal(&mut self, expr: &ExprLit) -> Value {
        let element = self.signature.element;
        match &expr.lit {
            Lit::Float(float) if wrong_suffix(float.suffix(), element) => {
                self.refuse(float.span(), suffix_message(float.suffix(), element))
            }
            Lit::Int(int) if wrong_suffix(int.suffix(), element) && !is_integer(int.suffix()) => {
                self.refuse(int.span(), suffix_message(int.suffix(), element))
            }
            Lit::Float(float) => match float.base10_parse::<f64>() {
                Ok(value) => Value::Number(self.at(float.span(), |g| g.constant(value))),
                Err(error) => self.refuse(float.span(), error),
            },
            Lit::Int(int) if matches!(int.suffix(), "f32" | "f64") => match int.base10_parse::<f64>() {
                Ok(value) => Value::Number(self.at(int.span(), |g| g.constant(value))),
                Err(error) => self.refuse(int.span(), error),
            },
            Lit::Int(int) => match int.base10_parse::<i64>() {
                Ok(value) => Value::Integer(value, int.span()),
                Err(error) => self.refuse(int.span(), error),
            },
            Lit::Bool(bool) => Value::Mask(self.graph.truth(bool.value)),
            other => self.refuse(
                other.span(),
                "an activation computes with numbers only, and this literal is none: write one, as in `2.0`",
            ),
        }
    }

    /// A variable, a constant of the standard library, or a constant whose value only rustc knows.
    fn path(&mut self, expr: &ExprPath) -> Value {
        let element = self.signature.element;
        let mut path = self.resolve(&expr.path);
        if expr.qself.is_none()
            && let Some(ident) = path.get_ident()
        {
            match self.local(ident) {
                Some(Value::Path(imported)) => path = at(&imported, ident.span()),
                Some(value) => return value,
                None => {}
            }
        }
        if let (None, Some((ty, value))) = (&expr.qself, standard(&path)) {
            if ty != element {
                return self.refuse_all(
                    &expr.path,
                    format!(
                        "a constant of type {0} in a function that computes in {1}: write `{1}` for `{0}`",
                        ty.name(),
                        element.name()
                    ),
                );
            }
            if value.is_nan() {
                return self.refuse_all(
                    &expr.path,
                    "NaN has no derivative, and none comes out unless one went in: return a number for every input",
                );
            }
            return Value::Number(self.at(expr.span(), |g| g.constant(value)));
        }
        let method = scalar(expr).and(path.segments.last()).is_some_and(|s| is_method(&plain(&s.ident)));
        if method || builtin(&path).is_some() {
            return self.refuse_all(&expr.path, NO_NUMBER);
        }
        if self.is_refused(&path) {
            return Value::Refused;
        }
        if let (None, Some(ident)) = (&expr.qself, path.get_ident()) {
            if self.globbed {
                return Value::Refused;
            }
            if let Some(near) = self.slip(ident) {
                return self.refuse(
                    ident.span(),
                    format!("there is no variable `{ident}` here: did you mean `{near}`?"),
                );
            }
        }
        let value = self.external(Expr::Path(ExprPath { path, ..expr.clone() }), expr.span());
        if let Value::Number(id) = value
            && let Op::External(n) = self.graph.op(id)
        {
            self.outside.constants.insert(place(&expr.path), constant(n as usize));
        }
        value
    }

    /// The variable that an unknown name is a slip for: constants are in capitals, so a name that isn't is none.
    pub(super) fn slip(&self, ident: &Ident) -> Option<String> {
        let name = plain(ident);
        let constant = !name.contains(|c: char| c.is_lowercase());
        let near = spelling::nearest(&name, self.variables.iter().map(|variable| &*variable.name));
        near.filter(|_| !constant).map(str::to_owned)
    }

    fn unary(&mut self, expr: &ExprUnary) -> Value {
        let span = expr.op.span();
        if let UnOp::Deref(star) = &expr.op {
            return match self.expression(&expr.expr) {
                Value::Refused => Value::Refused,
                _ => self.refuse(
                    star.span,
                    "there is nothing behind a number: leave `*` out, inputs come by value",
                ),
            };
        }
        match (&expr.op, self.expression(&expr.expr)) {
            (_, Value::Refused | Value::Never) => Value::Refused,
            (UnOp::Not(_), value) if self.unseen(&value).is_some() => Value::Refused,
            (UnOp::Neg(_), Value::Integer(n, at)) => Value::Integer(n.wrapping_neg(), at),
            (UnOp::Neg(_), value) => match self.as_number(value, &expr.expr) {
                Some(a) => Value::Number(self.at(span, |g| g.neg(a))),
                None => Value::Refused,
            },
            (UnOp::Not(_), Value::Mask(a)) => Value::Mask(self.at(span, |g| g.not(a))),
            _ => self
                .refuse(span, "`!` inverts truth values, not the bits of a number: for the sign write `-`"),
        }
    }

    fn binary(&mut self, expr: &ExprBinary) -> Value {
        if let Some(op) = compound(&expr.op) {
            return self.compound_assignment(expr, op);
        }
        // A sum of a thousand terms leans to the left a thousand deep: walked down, not recursed into.
        let mut spine = vec![expr];
        let mut first = &*expr.left;
        while let Expr::Binary(inner) = first {
            spine.push(inner);
            first = &inner.left;
        }
        let first = self.expression(first);
        spine.into_iter().rev().fold(first, |a, expr| {
            let b = match (&expr.op, &*expr.right) {
                (BinOp::Mul(_), Expr::Unary(ExprUnary { op: UnOp::Deref(star), expr, .. })) => {
                    self.expression(expr);
                    self.refuse(
                        star.span,
                        "Rust has no operator `**`: a power is `x.powi(2)`, or `x.powf(0.5)`",
                    )
                }
                (_, right) => self.expression(right),
            };
            self.operation(&expr.op, &expr.op, [a, b], [strip(&expr.left), strip(&expr.right)])
        })
    }

    /// `a op b`, which was written with the operator at `written` between what is written at `left` and `right`.
    pub(super) fn operation(
        &mut self,
        op: &BinOp,
        written: &BinOp,
        [a, b]: [Value; 2],
        [left, right]: [&Expr; 2],
    ) -> Value {
        let at = Place::of(written);
        match op {
            BinOp::Rem(_) if self.steps && matches!((&a, &b), (Value::Number(_), Value::Number(_))) => {
                let (Value::Number(a), Value::Number(b)) = (a, b) else { return Value::Refused };
                return Value::Number(self.at(at, |g| remainder(g, Primitive::Trunc, a, b)));
            }
            BinOp::Rem(_)
            | BinOp::BitXor(_)
            | BinOp::BitAnd(_)
            | BinOp::BitOr(_)
            | BinOp::Shl(_)
            | BinOp::Shr(_)
                if !matches!(
                    (&a, &b),
                    (Value::Integer(..), Value::Integer(..)) | (Value::Mask(_), Value::Mask(_))
                ) =>
            {
                // Beside a truth value a constant from outside is one too.
                if let (Value::Mask(_), other) | (other, Value::Mask(_)) = (&a, &b)
                    && let Some(refused) = self.unseen(other)
                {
                    return refused;
                }
                // Of integers, which a cast that was refused may have made, all this can be taken.
                let number = matches!(a, Value::Number(_)) || matches!(b, Value::Number(_));
                let message = match op {
                    BinOp::Rem(_) if number => {
                        "the remainder jumps at every multiple, where it has no derivative: write a periodic function \
                         such as sin, or give a derivative, `#[activation(derivative = |x| 1.0)]`"
                    }
                    BinOp::BitXor(_) if number => {
                        "`^` works on bits, which have no derivative: a power is `x.powi(2)` or `x.powf(0.5)`"
                    }
                    _ if number => "the bits of a number have no derivative: use arithmetic",
                    _ => return Value::Refused,
                };
                return self.refuse_all(written, message);
            }
            BinOp::And(_) | BinOp::Or(_) => {
                let (a, b) = (self.as_mask(a, left), self.as_mask(b, right));
                let (Some(a), Some(b)) = (a, b) else { return Value::Refused };
                return Value::Mask(
                    self.at(at, |g| if matches!(op, BinOp::And(_)) { g.and(a, b) } else { g.or(a, b) }),
                );
            }
            _ => {}
        }
        match (a, b) {
            (Value::Refused | Value::Never, other) => self.beside_refused(op, left, other, right),
            (other, Value::Refused | Value::Never) => self.beside_refused(op, right, other, left),
            (Value::Integer(a, _), Value::Integer(b, _)) => self.integers(op, a, b),
            (Value::Mask(a), Value::Mask(b)) => {
                let id = self.at(at, |g| {
                    let (not_a, not_b) = (g.not(a), g.not(b));
                    match op {
                        BinOp::BitAnd(_) => g.and(a, b),
                        BinOp::BitOr(_) => g.or(a, b),
                        BinOp::Eq(_) => {
                            let (both, neither) = (g.and(a, b), g.and(not_a, not_b));
                            g.or(both, neither)
                        }
                        _ => {
                            let (only_a, only_b) = (g.and(a, not_b), g.and(not_a, b));
                            g.or(only_a, only_b)
                        }
                    }
                });
                if matches!(
                    op,
                    BinOp::BitAnd(_) | BinOp::BitOr(_) | BinOp::BitXor(_) | BinOp::Eq(_) | BinOp::Ne(_)
                ) {
                    Value::Mask(id)
                } else {
                    self.refuse(at, "truth values can't be computed with: choose between numbers by `if`")
                }
            }
            (a, b) => {
                let integer = match (&a, &b) {
                    (Value::Integer(..), other) => self.constant(other).zip(Some(left)),
                    (other, Value::Integer(..)) => self.constant(other).zip(Some(right)),
                    _ => None,
                };
                if let Some((n, integer)) = integer {
                    return self.beside_constant(n, integer);
                }
                let (a, b) = (self.as_number(a, left), self.as_number(b, right));
                let (Some(a), Some(b)) = (a, b) else { return Value::Refused };
                if let Some(comparison) = comparison(op) {
                    return Value::Mask(self.at(at, |g| g.compare(comparison, a, b)));
                }
                Value::Number(self.at(at, |g| match op {
                    BinOp::Add(_) => g.add(a, b),
                    BinOp::Sub(_) => g.sub(a, b),
                    BinOp::Mul(_) => g.mul(a, b),
                    _ => g.div(a, b),
                }))
            }
        }
    }

    /// An operation on integers, done here.
    fn integers(&mut self, op: &BinOp, a: i64, b: i64) -> Value {
        if let Some(comparison) = comparison(op) {
            return Value::Mask(self.graph.truth(comparison.holds(a as f64, b as f64)));
        }
        let shift = u32::try_from(b).ok();
        let result = match op {
            BinOp::Add(_) => a.checked_add(b),
            BinOp::Sub(_) => a.checked_sub(b),
            BinOp::Mul(_) => a.checked_mul(b),
            BinOp::Div(_) => a.checked_div(b),
            BinOp::Rem(_) => a.checked_rem(b),
            BinOp::BitAnd(_) => Some(a & b),
            BinOp::BitOr(_) => Some(a | b),
            BinOp::BitXor(_) => Some(a ^ b),
            BinOp::Shl(_) => shift.and_then(|b| a.checked_shl(b)),
            BinOp::Shr(_) => shift.and_then(|b| a.checked_shr(b)),
            _ => None,
        };
        match result {
            Some(n) => Value::Integer(n, op.span()),
            None => self
                .refuse(op.span(), "this integer doesn't exist: the operation overflows or divides by zero"),
        }
    }

    /// `expr as ty`: only of constants, for others step or round.
    fn cast(&mut self, expr: &ExprCast) -> Value {
        let element = self.signature.element;
        let target = match &*expr.ty {
            // What an alias stands for rustc knows, and whether it is the element type.
            Type::Path(path) => match path.path.segments.last().map(|last| last.ident.to_string()) {
                Some(name) if !PRIMITIVES.contains(&name.as_str()) => element.name().to_owned(),
                name => name.unwrap_or_default(),
            },
            _ => String::new(),
        };
        // A constant of another type is converted once, by rustc.
        if target == element.name()
            && let Some(value) = self.foreign_constant(&expr.expr, &expr.ty)
        {
            if let (Some(n), Expr::Path(path)) = (self.constant(&value), strip(&expr.expr)) {
                self.outside.converted.insert(place(&path.path), constant(n as usize));
            }
            return value;
        }
        if is_integer(&target) && self.hidden(&expr.expr) {
            return Value::Refused;
        }
        let span = expr.as_token.span;
        match self.expression(&expr.expr) {
            Value::Refused => Value::Refused,
            value if is_integer(&target) && self.unseen(&value).is_some() => Value::Refused,
            Value::Integer(n, _) if target == element.name() => {
                Value::Number(self.at(span, |g| g.constant(n as f64)))
            }
            Value::Integer(n, at) if is_integer(&target) => Value::Integer(wrapped(n, &target), at),
            Value::Number(id) if target == element.name() => Value::Number(id),
            Value::Number(_) if matches!(target.as_str(), "f32" | "f64") => self.refuse(
                span,
                format!(
                    "a cast rounds, and rounding is flat with jumps: compute in {} throughout, the kernel finds the \
                     precision it needs",
                    element.name()
                ),
            ),
            Value::Integer(n, _) if matches!(target.as_str(), "f32" | "f64") => self.refuse_all(
                &expr.ty,
                format!(
                    "`{target}` in a function that computes in {0}: write `{n} as {0}`, no conversion rounds in between then",
                    element.name()
                ),
            ),
            Value::Number(_) => self.refuse(
                span,
                "a cast to an integer is flat with jumps, its derivative is 0 or undefined: leave it out; for a \
                 straight-through estimator use `x.trunc()` and `#[activation(derivative = |x| 1.0)]`",
            ),
            Value::Mask(_) => self.refuse(
                span,
                "a truth value as a number jumps: choose between numbers, `if … { a } else { b }`, and let both sides \
                 meet at the boundary",
            ),
            _ => self.refuse(span, "only numbers can be cast to numbers: take a tuple apart by `let (a, b) = …;`, call a closure"),
        }
    }
}

/// An integer in a type that may be too narrow for it.
fn wrapped(n: i64, target: &str) -> i64 {
    match target {
        "i8" => i64::from(n as i8),
        "i16" => i64::from(n as i16),
        "i32" => i64::from(n as i32),
        "u8" => i64::from(n as u8),
        "u16" => i64::from(n as u16),
        "u32" => i64::from(n as u32),
        _ => n,
    }
}

/// The plain operation of a compound assignment.
fn compound(op: &BinOp) -> Option<BinOp> {
    let span = op.span();
    let plain = match op {
        BinOp::AddAssign(_) => "+",
        BinOp::SubAssign(_) => "-",
        BinOp::MulAssign(_) => "*",
        BinOp::DivAssign(_) => "/",
        BinOp::RemAssign(_) => "%",
        BinOp::BitXorAssign(_) => "^",
        BinOp::BitAndAssign(_) => "&",
        BinOp::BitOrAssign(_) => "|",
        BinOp::ShlAssign(_) => "<<",
        BinOp::ShrAssign(_) => ">>",
        _ => return None,
    };
    let mut op: BinOp = syn::parse_str(plain).ok()?;
    respan(&mut op, span);
    Some(op)
}

/// Puts the operator where the user wrote `+=`.
fn respan(op: &mut BinOp, span: Span) {
    macro_rules! each {
        ($($variant:ident)*) => {
            match op {
                $(BinOp::$variant(token) => each!(@ token $variant),)*
                _ => {}
            }
        };
        (@ $token:ident Shl) => { $token.spans = [span; 2] };
        (@ $token:ident Shr) => { $token.spans = [span; 2] };
        (@ $token:ident $variant:ident) => { $token.spans = [span] };
    }
    each!(Add Sub Mul Div Rem BitXor BitAnd BitOr Shl Shr);
}

fn comparison(op: &BinOp) -> Option<Comparison> {
    Some(match op {
        BinOp::Lt(_) => Comparison::Lt,
        BinOp::Le(_) => Comparison::Le,
        BinOp::Gt(_) => Comparison::Gt,
        BinOp::Ge(_) => Comparison::Ge,
        BinOp::Eq(_) => Comparison::Eq,
        BinOp::Ne(_) => Comparison::Ne,
        _ => return None,
    })
}
