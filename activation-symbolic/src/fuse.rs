//! Which products are added in one rounding: `a * b + c` as `a.mul_add(b, c)`.
//!
//! The graph stays as it is; the plan says of a sum which of its terms is fused into it. That is decided once for
//! all that is computed of a function, so that the value alone and the value beside the derivative are the same
//! bits: a product is fused only if its one use anywhere is that sum.

use activation_runtime::real::Real;

use crate::graph::{Graph, Id, IdMap, Op};

/// The product that is fused into each sum or difference.
#[derive(Debug, Clone, Default)]
pub struct Fused(IdMap<Id>);

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
        let mut uses = vec![0_usize; graph.nodes().len()];
        let order = graph.topological(roots);
        for root in roots {
            uses[root.index()] += 1;
        }
        for &id in &order {
            for argument in graph.arguments(id) {
                uses[argument.index()] += 1;
            }
        }
        let mut fused = IdMap::default();
        for &id in &order {
            if let (Op::Add | Op::Sub, &[a, b]) = graph.view(id) {
                let is_fusible = |id: Id| graph.op(id) == Op::Mul && uses[id.index()] == 1;
                if is_fusible(a) {
                    fused.insert(id, a);
                } else if is_fusible(b) {
                    fused.insert(id, b);
                }
            }
        }
        Self(fused)
    }

    /// What a node is, if a product is fused into it.
    pub fn get(&self, graph: &Graph, id: Id) -> Option<MulAdd> {
        let product = *self.0.get(&id)?;
        let (&[left, right], &[a, b]) = (graph.arguments(id), graph.arguments(product)) else { return None };
        let (difference, first) = (graph.op(id) == Op::Sub, left == product);
        let c = if first { right } else { left };
        Some(MulAdd { a, negated: difference && !first, b, c, subtracted: difference && first })
    }
}

impl MulAdd {
    /// Its value.
    pub fn evaluate<R: Real>(self, number: impl Fn(Id) -> Option<R>) -> Option<R> {
        let (a, b, c) = (number(self.a)?, number(self.b)?, number(self.c)?);
        Some(if self.negated { -a } else { a }.mul_add(b, if self.subtracted { -c } else { c }))
    }
}
