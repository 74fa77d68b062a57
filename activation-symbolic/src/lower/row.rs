//! What is particular to rows: reductions, and the ways out of what a row can't do.

use proc_macro2::Span;
use syn::Expr;

use super::Lowering;
use super::value::Value;
use crate::graph::{Graph, Id, Op, Reduction};
use crate::primitive::Primitive;

/// Reductions of a row.
pub(super) const REDUCTIONS: &[&str] = &["sum", "mean", "max", "min", "prod", "norm", "dot", "logsumexp"];

impl Lowering<'_> {
    /// A row as a scalar; `None` if this is no reduction (`x.max(0.0)` is element-wise).
    pub(super) fn reduction(&mut self, name: &str, x: Id, others: &[&Expr], span: Span) -> Option<Value> {
        if !self.signature.rows || !REDUCTIONS.contains(&name) {
            return None;
        }
        match (name, others.len()) {
            ("dot", 1) | ("sum" | "mean" | "max" | "min" | "prod" | "norm" | "logsumexp", 0) => {}
            ("max" | "min", _) => return None,
            ("dot", n) => {
                return Some(
                    self.refuse(span, format!("`dot` takes the other row and is given {n} arguments")),
                );
            }
            (_, n) => {
                return Some(self.refuse(
                    span,
                    format!("`{name}` is over the whole row and takes no argument, but is given {n}"),
                ));
            }
        }
        if !is_row(&self.graph, x) {
            let instead = match name {
                "sum" | "mean" | "prod" | "logsumexp" => "leave the call out",
                "norm" => "write `.abs()`",
                "dot" => "write `*`",
                _ => "compare it with another, as in `.max(0.0)`",
            };
            return Some(self.refuse(
                span,
                format!("`{name}` reduces a row to one number, and this is one number already: {instead}"),
            ));
        }
        let mut other = None;
        if let [argument] = others {
            let value = self.expression(argument);
            let Some(id) = self.as_number(value, argument) else { return Some(Value::Refused) };
            if !is_row(&self.graph, id) {
                return Some(self.refuse_all(
                    argument,
                    "`dot` is the sum of the products of two rows, and this is one number: write `*` and `.sum()`",
                ));
            }
            other = Some(id);
        }
        self.graph.here = Some(span.into());
        let g = &mut self.graph;
        let reduce = |g: &mut Graph, reduction, x| g.node(Op::Reduce(reduction), &[x]);
        Some(Value::Number(match (name, other) {
            ("prod", _) => reduce(g, Reduction::Prod, x),
            ("max", _) => reduce(g, Reduction::Max, x),
            ("min", _) => reduce(g, Reduction::Min, x),
            ("mean", _) => {
                let (sum, length) = (reduce(g, Reduction::Sum, x), g.node(Op::Length, &[]));
                g.div(sum, length)
            }
            ("norm", _) => {
                let squares = g.mul(x, x);
                let sum = reduce(g, Reduction::Sum, squares);
                g.apply(Primitive::Sqrt, &[sum])
            }
            ("dot", Some(y)) => {
                let products = g.mul(x, y);
                reduce(g, Reduction::Sum, products)
            }
            ("logsumexp", _) => {
                let powers = g.apply(Primitive::Exp, &[x]);
                let sum = reduce(g, Reduction::Sum, powers);
                g.apply(Primitive::Ln, &[sum])
            }
            _ => reduce(g, Reduction::Sum, x),
        }))
    }
}

/// Whether a node has a value for each element: whether it depends on an input other than through a reduction.
pub(super) fn is_row(graph: &Graph, root: Id) -> bool {
    let mut seen = vec![false; graph.nodes().len()];
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        match graph.op(id) {
            Op::Input(_) => return true,
            Op::Reduce(_) => {}
            _ if !std::mem::replace(&mut seen[id.index()], true) => stack.extend(graph.arguments(id)),
            _ => {}
        }
    }
    false
}

/// Why a row has no such method, and what to write instead.
pub(super) fn reason(name: &str) -> Option<&'static str> {
    Some(match name {
        "sort" | "sorted" | "sort_by" | "sort_unstable" | "median" | "quantile" | "topk" | "top_k"
        | "rev" => {
            "elements change places by jumps when a row is sorted: use what needs no order (max, min, mean), or weigh by \
             a softmax"
        }
        "argmax" | "argmin" | "position" => {
            "the place of an element is an integer that jumps, so its derivative is 0 almost everywhere: weigh by a \
             softmax, as in `let e = x.exp(); (e / e.sum() * t).sum()`"
        }
        "iter" | "into_iter" | "map" | "zip" | "fold" | "filter" | "for_each" | "to_vec" | "as_slice" => {
            "a row is no iterator: write the expression of the row itself, which is element by element, and reduce it, as \
             in `(x * x).sum()`"
        }
        "len" | "count" | "is_empty" => {
            "the length of a row is known at run time only: `mean()` is the sum divided by it"
        }
        "first" | "last" | "get" | "nth" | "split_at" | "chunks" | "windows" => {
            "single elements can't be picked: reduce the row (max, min, a `dot` with a row of weights), or pass what is \
             picked as a row of its own"
        }
        "cumsum" | "cumprod" | "scan" => {
            "each element would depend on those before it: only element-wise maths and reductions of the whole row can be \
             compiled"
        }
        "var" | "variance" => {
            "a variance is written out, since some divide by n and others by n − 1: `let d = x - x.mean(); (d * d).mean()`"
        }
        "std" | "std_dev" | "stddev" => {
            "a standard deviation is written out, since some divide by n and others by n − 1: \
             `let d = x - x.mean(); (d * d).mean().sqrt()`"
        }
        "softmax" => {
            "a softmax is written out: `let e = x.exp(); e / e.sum()`, from which the maximum is subtracted for you"
        }
        "log_softmax" => "a log-softmax is written out: `x - x.logsumexp()`",
        "log_sum_exp" => "the method is called `logsumexp`: write `x.logsumexp()`",
        "norm_squared" | "sum_of_squares" => {
            "a sum of squares is the product of the row with itself: write `x.dot(x)`"
        }
        _ => return None,
    })
}
