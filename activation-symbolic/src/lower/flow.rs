//! Control flow: both sides of a branch are computed and merged; a return is remembered with its condition.

use std::collections::BTreeMap;

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Block, Expr, ExprIf, Ident};

use super::Lowering;
use super::pattern::bound;
use super::value::Value;
use crate::graph::{Id, Op};

/// A return: the condition under which control takes it, if no return before it was taken, and what it returns.
pub(super) struct Exit {
    condition: Id,
    value: Value,
    /// The innermost branch that it stands in, which is to blame where the function jumps there.
    span: Span,
}

impl Lowering<'_> {
    /// Runs both sides and merges their values and what they assigned.
    pub(super) fn branch(
        &mut self,
        mask: Id,
        span: Span,
        then: impl FnOnce(&mut Self) -> Value,
        otherwise: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let before = std::mem::take(&mut self.exits);
        let (a, mut changed_a, exits_a) = self.side(then);
        let (b, mut changed_b, exits_b) = self.side(otherwise);

        self.exits = before;
        let ends = matches!(a, Value::Never);
        for exit in exits_a {
            let span = self.innermost(&exit, span);
            let condition = self.at(span, |g| g.and(mask, exit.condition));
            self.exits.push(Exit { condition, span, ..exit });
        }
        for exit in exits_b {
            // Where the other side always returned, control is here only if it isn't there.
            let span = self.innermost(&exit, span);
            let condition = self.at(span, |g| {
                let not = g.not(mask);
                if ends { exit.condition } else { g.and(not, exit.condition) }
            });
            self.exits.push(Exit { condition, span, ..exit });
        }

        let indices: Vec<usize> = changed_a.keys().chain(changed_b.keys()).copied().collect();
        for index in indices {
            let old = &self.variables[index].value;
            let after_a = changed_a.remove(&index).unwrap_or_else(|| old.clone());
            let after_b = changed_b.remove(&index).unwrap_or_else(|| old.clone());
            let value = match (&a, &b) {
                (Value::Never, Value::Never) => continue,
                (Value::Never, _) => after_b,
                (_, Value::Never) => after_a,
                _ => self.merge(mask, after_a, after_b, span),
            };
            self.assign(index, value);
        }
        self.merge(mask, a, b, span)
    }

    /// The branch to blame for an exit from within the one at `span`.
    fn innermost(&self, exit: &Exit, span: Span) -> Span {
        if matches!(self.graph.op(exit.condition), Op::Truth(true)) { span } else { exit.span }
    }

    /// Runs one side, and takes back what it did to the variables that were there.
    fn side(&mut self, run: impl FnOnce(&mut Self) -> Value) -> (Value, BTreeMap<usize, Value>, Vec<Exit>) {
        let (start, scope) = (self.log.len(), self.variables.len());
        let value = run(self);
        self.variables.truncate(scope);
        let mut changed = BTreeMap::new();
        for (index, before) in self.log.split_off(start).into_iter().rev() {
            if index < scope {
                let after = std::mem::replace(&mut self.variables[index].value, before);
                changed.entry(index).or_insert(after);
            }
        }
        (value, changed, std::mem::take(&mut self.exits))
    }

    /// `return value`
    pub(super) fn exit(&mut self, value: Value, span: Span) -> Value {
        let condition = self.graph.truth(true);
        self.exits.push(Exit { condition, value, span });
        Value::Never
    }

    /// The value with which the function or closure is left: that of the first return that is taken, else `rest`.
    pub(super) fn leave(&mut self, rest: Value) -> Value {
        let exits = std::mem::take(&mut self.exits);
        exits.into_iter().rev().fold(rest, |rest, exit| match self.graph.op(exit.condition) {
            Op::Truth(true) => exit.value,
            Op::Truth(false) => rest,
            _ => self.merge(exit.condition, exit.value, rest, exit.span),
        })
    }

    /// `if … { … } else { … }`
    pub(super) fn conditional(&mut self, expr: &ExprIf) -> Value {
        let scope = self.variables.len();
        self.bind_refused(bound(&expr.cond));
        let condition = self.condition(&expr.cond);
        self.variables.truncate(scope);
        let mask = condition.unwrap_or_else(|| self.graph.truth(true));
        let value = self.branch(
            mask,
            expr.if_token.span,
            |s| s.block_with(bound(&expr.cond), &expr.then_branch),
            |s| match &expr.else_branch {
                Some((_, otherwise)) => s.expression(otherwise),
                None => Value::Unit,
            },
        );
        match (condition, value) {
            (None, Value::Number(_) | Value::Mask(_) | Value::Integer(..) | Value::Tuple(_)) => {
                Value::Refused
            }
            (_, value) => value,
        }
    }

    /// A block in which the `names` that a refused pattern would bind are known.
    pub(super) fn block_with(&mut self, names: Vec<&Ident>, block: &Block) -> Value {
        let scope = self.variables.len();
        self.bind_refused(names);
        let value = self.block(block);
        self.variables.truncate(scope);
        value
    }

    fn bind_refused(&mut self, names: Vec<&Ident>) {
        for ident in names {
            self.bind(ident, Value::Refused);
        }
    }

    /// A condition as a mask.
    pub(super) fn condition(&mut self, expr: &Expr) -> Option<Id> {
        if self.hidden(expr) {
            return None;
        }
        let value = self.expression(expr);
        if self.gives_a_number(&value, expr, "for a truth value, write the comparison here").is_some() {
            return None;
        }
        self.as_mask(value, expr.to_token_stream())
    }
}
