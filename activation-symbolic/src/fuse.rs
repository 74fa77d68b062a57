//! Which products are added in one rounding: `a * b + c` as `a.mul_add(b, c)`.
//!
//! The graph stays as it is; the plan says of a sum which of its terms is fused into it. That is decided once for
//! all that is computed of a function, so that the value alone and the value beside the derivative are the same
//! bits: a product is fused only if its one use anywhere is that sum.

use std::collections::HashMap;

use activation_runtime::real::Real;

use crate::graph::{Graph, Id, Op};

/// The product that is fused into each sum or difference.
#[derive(Debug, Clone, Default)]
pub struct Fused(HashMap<Id, Id>);

/// A sum with a fused product: ±a·b ± c.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MulAdd {
    /// The first factor.
    pub a: Id,
    /// Whether it counts with its sign turned.
    pub negated: bool,
    /// The second factor.
    pub b: Id,
    /// The other term.
    pub c: Id,
    /// Whether that counts with its sign turned.
    pub subtracted: bool,
}

impl Fused {
    /// The plan for everything that is computed of a function.
    pub fn plan(graph: &Graph, roots: &[Id]) -> Self {
        let mut uses: HashMap<Id, usize> = HashMap::new();
        let order = graph.topological(roots);
        for &id in order.iter().flat_map(|&id| graph.arguments(id)).chain(roots) {
            *uses.entry(id).or_default() += 1;
        }
        let fusible = |id: &Id| graph.op(*id) == Op::Mul && uses[id] == 1;
        let sums = order.iter().filter(|&&id| matches!(graph.op(id), Op::Add | Op::Sub));
        Self(sums.filter_map(|&id| Some((id, graph.arguments(id).iter().copied().find(fusible)?))).collect())
    }

    /// What a node is, if a product is fused into it.
    pub fn get(&self, graph: &Graph, id: Id) -> Option<MulAdd> {
        let product = *self.0.get(&id)?;
        let (&[left, right], &[a, b]) = (graph.arguments(id), graph.arguments(product)) else { return None };
        let (difference, first) = (graph.op(id) == Op::Sub, left == product);
        let c = if first { right } else { left };
        Some(MulAdd { a, negated: difference && !first, b, c, subtracted: difference && first })
    }

    /// The nodes that a node is computed from: for a fused sum, the factors and the other term.
    pub fn arguments(&self, graph: &Graph, id: Id) -> Vec<Id> {
        match self.get(graph, id) {
            Some(MulAdd { a, b, c, .. }) => vec![a, b, c],
            None => graph.arguments(id).to_vec(),
        }
    }
}

impl MulAdd {
    /// Its value.
    pub fn evaluate<R: Real>(self, number: impl Fn(Id) -> Option<R>) -> Option<R> {
        let (a, b, c) = (number(self.a)?, number(self.b)?, number(self.c)?);
        Some(if self.negated { -a } else { a }.mul_add(b, if self.subtracted { -c } else { c }))
    }
}
