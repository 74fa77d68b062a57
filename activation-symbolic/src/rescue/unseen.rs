//! Masks for functions that call others: what those compute isn't known here, so nothing can be judged.
//!
//! What a kernel sees of its own trouble holds for them too: a result that isn't finite, and a sum of which less than a
//! quarter of its terms is left.

use super::predicate::Predicate;
use crate::function::Function;
use crate::graph::{Graph, Id, Op};

/// How many bits a sum may lose.
const LOST: f64 = 2.0;

/// The mask of one or several roots, some of which depend on calls.
pub(super) fn mask(function: &mut Function, roots: &[Id]) -> Option<Id> {
    let graph = &mut function.graph;
    let order = graph.topological(roots);
    if !order.iter().any(|&id| is_call(graph, id)) {
        return None;
    }
    let is_rounded = |id: &Id| matches!(graph.op(*id), Op::Add | Op::Sub) && is_rounded(graph, *id);
    let sums = order.iter().copied().filter(is_rounded).map(|sum| Predicate::Cancelled(sum, LOST));
    let predicates: Vec<Predicate> =
        roots.iter().map(|&root| Predicate::Overflow(root)).chain(sums).collect();
    let masks = predicates.into_iter().map(|predicate| predicate.node(graph)).collect::<Vec<Id>>();
    masks.into_iter().reduce(|all, mask| graph.or(all, mask))
}

fn is_call(graph: &Graph, id: Id) -> bool {
    matches!(graph.op(id), Op::Call { .. })
}

/// Whether a sum has a term that was rounded before: of what is exact, the difference is as good as its terms.
fn is_rounded(graph: &Graph, sum: Id) -> bool {
    let of_input = |id: Id| graph.varies(id);
    let is_exact = |&term: &Id| {
        let (op, arguments) = graph.view(term);
        match op {
            Op::Neg | Op::Mul => {
                arguments.iter().filter(|&&a| of_input(a)).all(|&a| graph.arguments(a).is_empty())
            }
            _ => arguments.is_empty(),
        }
    };
    of_input(sum) && !graph.arguments(sum).iter().all(is_exact)
}
