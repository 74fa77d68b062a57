//! Patterns: in `let` and closures they take tuples apart, in `match` they are comparisons.

use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Arm, Expr, ExprLit, ExprMatch, ExprPath, Ident, Lit, Pat, PatRange, PatSlice, PatTuple, RangeLimits,
    Token,
};

use super::Lowering;
use super::value::Value;
use crate::graph::{Comparison, Id, Op};

/// What a pattern is held against.
#[derive(Clone, Copy)]
struct Subject<'e> {
    /// As it was written.
    written: &'e Expr,
    /// Whether other patterns follow where this one doesn't fit: in `let`, even a name in capitals is bound.
    refutable: bool,
}

/// What a pattern binds.
type Bindings<'p> = Vec<(&'p Ident, Value)>;

impl Lowering<'_> {
    /// Binds an irrefutable pattern.
    #[expect(clippy::needless_pass_by_value, reason = "a value is used up where it becomes another")]
    pub(super) fn destructure(&mut self, pat: &Pat, value: Value, from: &Expr) {
        let mut bindings = Bindings::new();
        let subject = Subject { written: from, refutable: false };
        let test = self.pattern(pat, &value, subject, &mut bindings);
        if self.graph.op(test) != Op::Truth(true) && !matches!(value, Value::Refused) {
            self.refuse_all(
                pat,
                "this pattern doesn't hold for every number: bind a name, and compare by `if` or `match`",
            );
        }
        for (ident, value) in bindings {
            self.bind(ident, value);
        }
    }

    /// `match value { … }`
    pub(super) fn match_on(&mut self, expr: &ExprMatch) -> Value {
        let value = self.expression(&expr.expr);
        if expr.arms.is_empty() {
            return self.refuse(expr.match_token.span, "a `match` without arms has no value: add `_ => …`");
        }
        let value = match self.constant(&value).filter(|_| expr.arms.iter().any(|arm| is_variant(&arm.pat))) {
            Some(n) => self.misused(
                n,
                "an enum is no number, and which of its variants this is the macro can't see: make a function for each, or \
                 tell them apart by a `#[param]`",
            ),
            None if expr.arms.iter().any(|arm| is_discrete(&arm.pat)) => self.unseen(&value).unwrap_or(value),
            None if matches!(value, Value::Closure(_) | Value::Path(_) | Value::Unset) => {
                self.as_number(value, &expr.expr).map_or(Value::Refused, Value::Number)
            }
            None if expr.arms.iter().any(|arm| is_variant(&arm.pat)) => {
                self.gives_a_number(&value, &expr.expr, "write what it computes here").unwrap_or(value)
            }
            None => value,
        };
        self.arms(&value, &expr.arms, expr)
    }

    /// The first arm where it fits, else the others.
    fn arms(&mut self, value: &Value, arms: &[Arm], of: &ExprMatch) -> Value {
        let Some((arm, others)) = arms.split_first() else { return Value::Never };
        let mut bindings = Bindings::new();
        let (pat, guard) = match &arm.pat {
            Pat::Guard(guarded) => (&*guarded.pat, Some(&guarded.guard)),
            pat => (pat, None),
        };
        let subject = Subject { written: &of.expr, refutable: true };
        let mut test = self.pattern(pat, value, subject, &mut bindings);
        if let Some(guard) = guard {
            let scope = self.variables.len();
            self.bind_all(&bindings);
            let holds = self.condition(guard);
            self.variables.truncate(scope);
            test = match holds {
                Some(holds) => self.at(guard.span(), |g| g.and(test, holds)),
                None => test,
            };
        } else if others.is_empty() {
            // rustc holds the arms to be exhaustive.
            test = self.graph.truth(true);
        }
        let body = |s: &mut Self| {
            let scope = s.variables.len();
            s.bind_all(&bindings);
            let value = s.expression(&arm.body);
            s.variables.truncate(scope);
            value
        };
        // Of what was refused all arms are looked through for offences.
        let refused = matches!(value, Value::Refused) && !others.is_empty();
        if guard.is_none() && self.graph.op(test) == Op::Truth(true) && !refused {
            return body(self);
        }
        self.branch(test, of.match_token.span, body, |s| s.arms(value, others, of))
    }

    fn bind_all(&mut self, bindings: &Bindings<'_>) {
        for (ident, value) in bindings {
            self.bind(ident, value.clone());
        }
    }

    /// The condition under which `value` fits `pat`.
    fn pattern<'p>(
        &mut self,
        pat: &'p Pat,
        value: &Value,
        from: Subject<'_>,
        bindings: &mut Bindings<'p>,
    ) -> Id {
        let always = self.graph.truth(true);
        match pat {
            Pat::Wild(_) => always,
            Pat::Paren(pat) => self.pattern(&pat.pat, value, from, bindings),
            Pat::Type(pat) => {
                let value = self.ascribe(&pat.ty, value.clone(), from.written);
                self.pattern(&pat.pat, &value, from, bindings)
            }
            Pat::Ident(pat) => {
                if let Some(token) = &pat.by_ref {
                    let value = self.refuse(
                        token.span,
                        "numbers go by value, there is nothing to borrow: leave `ref` out",
                    );
                    bindings.push((&pat.ident, value));
                    return always;
                }
                if let Some((_, inner)) = &pat.subpat {
                    bindings.push((&pat.ident, value.clone()));
                    return self.pattern(inner, value, from, bindings);
                }
                if from.refutable && is_constant(&pat.ident) {
                    let path = ExprPath { attrs: Vec::new(), qself: None, path: pat.ident.clone().into() };
                    return self.equals(value, &Expr::Path(path), from);
                }
                bindings.push((&pat.ident, value.clone()));
                always
            }
            Pat::Lit(pat) => self.equals(value, &Expr::Lit(pat.clone()), from),
            Pat::Path(pat) => self.equals(value, &Expr::Path(pat.clone()), from),
            Pat::Const(pat) => self.equals(value, &Expr::Const(pat.clone()), from),
            Pat::Range(range) => self.range(value, range, from),
            Pat::Or(or) => self.either(&or.cases, value, from, bindings),
            Pat::Tuple(tuple) if tuple.elems.is_empty() && matches!(value, Value::Unit) => always,
            Pat::Tuple(PatTuple { elems, .. }) | Pat::Slice(PatSlice { elems, .. }) => {
                let parts = if let Value::Tuple(values) = value { parts(elems, values) } else { None };
                if let Some(parts) = parts {
                    return parts.into_iter().fold(always, |test, (pat, value)| {
                        let inner = self.pattern(pat, value, from, bindings);
                        self.at(pat.span(), |g| g.and(test, inner))
                    });
                }
                if !matches!(value, Value::Refused | Value::Never) && self.unseen(value).is_none() {
                    let message = match value {
                        Value::Tuple(values) => format!(
                            "the value has {} parts, and this pattern not as many: write one name for each, or `..` for the rest",
                            values.len()
                        ),
                        _ => "this is no tuple that could be taken apart: bind one name, as in `let y = …;`"
                            .to_owned(),
                    };
                    self.refuse_all(pat, message);
                }
                bindings.extend(refused(pat));
                always
            }
            other if matches!(value, Value::Refused | Value::Never) => {
                bindings.extend(refused(other));
                always
            }
            other => {
                let message = match other {
                    Pat::Reference(_) => "numbers go by value: leave `&` out of the pattern",
                    Pat::Macro(_) => {
                        "a macro can't be seen through: write out the pattern that it expands to"
                    }
                    Pat::Guard(_) => "a condition stands behind the whole pattern: `v if v > 0.0 => …`",
                    _ => {
                        "a number fits literals, ranges, names and `_`: a pattern of this kind never holds for one"
                    }
                };
                self.refuse_all(other, message);
                bindings.extend(refused(other));
                always
            }
        }
    }

    /// Any of several patterns. The names that they bind mean the first that fits.
    fn either<'p>(
        &mut self,
        cases: impl IntoIterator<Item = &'p Pat>,
        value: &Value,
        from: Subject<'_>,
        bindings: &mut Bindings<'p>,
    ) -> Id {
        let mut any = self.graph.truth(false);
        let mut bound: Option<Bindings<'p>> = None;
        for case in cases {
            let mut own = Bindings::new();
            let test = self.pattern(case, value, from, &mut own);
            let before = any;
            any = self.at(case.span(), |g| g.or(before, test));
            match &mut bound {
                None => bound = Some(own),
                Some(bound) => {
                    for (ident, first) in bound {
                        if let Some((_, other)) = own.iter().find(|(other, _)| other == ident) {
                            *first = self.merge(before, first.clone(), other.clone(), case.span());
                        }
                    }
                }
            }
        }
        bindings.extend(bound.unwrap_or_default());
        any
    }

    /// `low..=high` as two comparisons.
    fn range(&mut self, value: &Value, range: &PatRange, from: Subject<'_>) -> Id {
        let mut test = self.graph.truth(true);
        let high = match range.limits {
            RangeLimits::HalfOpen(_) => Comparison::Lt,
            RangeLimits::Closed(_) => Comparison::Le,
        };
        for (end, comparison) in [(&range.start, Comparison::Ge), (&range.end, high)] {
            if let Some(end) = end {
                let inside = self.compare(value, comparison, end, from);
                test = self.at(range.span(), |g| g.and(test, inside));
            }
        }
        test
    }

    fn equals(&mut self, value: &Value, constant: &Expr, from: Subject<'_>) -> Id {
        self.compare(value, Comparison::Eq, constant, from)
    }

    /// A comparison that a pattern stands for.
    fn compare(&mut self, value: &Value, comparison: Comparison, constant: &Expr, from: Subject<'_>) -> Id {
        let always = self.graph.truth(true);
        if matches!(value, Value::Refused | Value::Never) {
            return always;
        }
        match (value, self.expression(constant)) {
            (_, Value::Refused) => always,
            (&Value::Mask(a), Value::Mask(b)) => {
                let holds = self.graph.op(b) == Op::Truth(true);
                self.at(constant.span(), |g| if holds { a } else { g.not(a) })
            }
            (_, Value::Mask(_)) => {
                self.refuse_all(
                    constant,
                    "a number is no truth value: match the comparison, `match x > 0.0 { … }`",
                );
                always
            }
            (Value::Mask(_), _) => {
                self.refuse_all(constant, "a truth value is `true` or `false`, and no number");
                always
            }
            (Value::Integer(a, _), Value::Integer(b, _)) => {
                self.graph.truth(comparison.holds(*a as f64, b as f64))
            }
            (value, other) => {
                let other = self.as_number(other, constant.to_token_stream());
                let value = self.as_number(value.clone(), from.written);
                match (value, other) {
                    (Some(a), Some(b)) => self.at(constant.span(), |g| g.compare(comparison, a, b)),
                    _ => always,
                }
            }
        }
    }
}

/// Each part of a tuple with its pattern, `..` standing for any number of them; `None` if there are too many or too few.
fn parts<'p, 'v>(
    elems: &'p Punctuated<Pat, Token![,]>,
    values: &'v [Value],
) -> Option<Vec<(&'p Pat, &'v Value)>> {
    let patterns: Vec<&Pat> = elems.iter().collect();
    let rest = patterns.iter().position(|pat| matches!(pat, Pat::Rest(_)));
    let (first, last) = match rest {
        Some(rest) => (&patterns[..rest], &patterns[rest + 1..]),
        None => (&patterns[..], &[][..]),
    };
    let named = first.len() + last.len();
    if values.len() < named || (rest.is_none() && values.len() > named) {
        return None;
    }
    let ends = values[..first.len()].iter().chain(&values[values.len() - last.len()..]);
    Some(first.iter().chain(last).copied().zip(ends).collect())
}

/// Whether a pattern is that of an enum's variant, by the convention that the names of types aren't those of modules.
fn is_variant(pat: &Pat) -> bool {
    match pat {
        Pat::Path(ExprPath { path, .. }) => {
            let ty = path.segments.iter().rev().nth(1);
            ty.is_some_and(|ty| ty.ident.to_string().starts_with(char::is_uppercase))
        }
        Pat::TupleStruct(_) | Pat::Struct(_) => true,
        Pat::Or(or) => or.cases.iter().any(is_variant),
        Pat::Paren(inner) => is_variant(&inner.pat),
        _ => false,
    }
}

/// Whether a pattern is that of an integer or a truth value.
fn is_discrete(pat: &Pat) -> bool {
    match pat {
        Pat::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.suffix().is_empty(),
        Pat::Lit(ExprLit { lit: Lit::Bool(_), .. }) => true,
        Pat::Or(or) => or.cases.iter().any(is_discrete),
        Pat::Paren(inner) => is_discrete(&inner.pat),
        _ => false,
    }
}

/// What a pattern binds whose value was refused, or which was refused itself.
fn refused(pat: &Pat) -> impl Iterator<Item = (&Ident, Value)> {
    let mut names = Names(Vec::new());
    names.visit_pat(pat);
    names.0.into_iter().map(|ident| (ident, Value::Refused))
}

/// The names that the `let`s of a condition bind.
pub(super) fn bound(condition: &Expr) -> Vec<&Ident> {
    match condition {
        Expr::Let(binding) => {
            let mut names = Names(Vec::new());
            names.visit_pat(&binding.pat);
            names.0
        }
        Expr::Binary(both) => [bound(&both.left), bound(&both.right)].concat(),
        Expr::Paren(inner) => bound(&inner.expr),
        _ => Vec::new(),
    }
}

/// The names that a pattern binds.
struct Names<'p>(Vec<&'p Ident>);

impl<'p> Visit<'p> for Names<'p> {
    fn visit_pat_ident(&mut self, pat: &'p syn::PatIdent) {
        self.0.push(&pat.ident);
        visit::visit_pat_ident(self, pat);
    }
}

/// Whether a name in a pattern is a constant's, by the convention that rustc's lints keep to.
fn is_constant(ident: &Ident) -> bool {
    let name = ident.to_string();
    name.starts_with(|c: char| c.is_uppercase()) && !name.contains(|c: char| c.is_lowercase())
}
