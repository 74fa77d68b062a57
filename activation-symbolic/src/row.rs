//! Functions of whole rows: from a graph with reductions to passes over the rows.
//!
//! ```text
//!   build      a graph in which some nodes are rows, the others scalars
//!   calls      other functions that are called by path, and the chain rule through them
//!   kinds      whether what they give is a row or a number
//!   canonical  the maximum subtracted before exponentials, whatever the spelling
//!   softmax    its parts and its derivatives, without cancellation
//!   derive     reverse mode from reduction to reduction (vjp), forward mode (jvp)
//!   output     the vector–Jacobian product by the output instead of the input, where that suffices
//!   normal     as it is best computed
//!   interpret  the graph as a kernel, not compiled
//!   exact      the graph in extended numbers
//!   precision  whether f32 will do, by trying
//!   schedule   which reductions are made in which pass, what is stored between passes
//!   document   what is said of it
//!   write      the passes of a method, as code
//!   emit       a RowKernel, the struct and the plain fn
//! ```

mod build;
mod calls;
mod canonical;
mod derive;
mod document;
mod emit;
mod exact;
mod interpret;
mod kinds;
mod normal;
mod output;
mod precision;
mod schedule;
mod softmax;
#[cfg(test)]
mod tests;
mod write;

use std::collections::HashMap;

use proc_macro2::TokenStream;

use crate::diagnostic::Diagnostics;
use crate::function::Function;
use crate::graph::{Graph, Id, Op};
use crate::rewrite::Rewriter;
use crate::rules::Book;
use build::Builder;
use softmax::Form;

/// A function of rows and its products with vectors, as nodes of a graph.
#[derive(Debug, Clone)]
struct Derived {
    builder: Builder,
    /// What formulas show: as written, and the gradient with respect to each input.
    shown: Vec<Id>,
    /// Whether the derivative of a root of a sum of squares is set to 0 at 0.
    guarded: bool,
    /// y = f(x).
    value: Id,
    /// dx = Jᵀ·dy for each input.
    pullback: Vec<Id>,
    /// dx = Jᵀ·dy of y and dy, where the input isn't needed; y stands in the place of the input.
    from_output: Option<output::FromOutput>,
    /// dy = J·v.
    pushforward: Id,
    /// Σ dy·∂y/∂p for each parameter.
    parameters: Vec<Id>,
}

/// The leaf of the incoming gradient.
fn upstream(inputs: usize) -> Op {
    Op::Input(inputs as u8)
}

/// The leaf of the tangent of an input.
fn direction(inputs: usize, input: usize) -> Op {
    Op::Input((inputs + 1 + input) as u8)
}

/// All items that a function of rows becomes, unless it is refused.
pub fn expand(function: &Function, diagnostics: &mut Diagnostics) -> TokenStream {
    if !check(function, diagnostics) {
        return TokenStream::new();
    }
    let derived = derive(function);
    if derived.builder.is_full() {
        let at = &function.signature.item.sig.ident;
        diagnostics.error_spanned(at, "this calls more functions than can be told apart: make several of it");
        return TokenStream::new();
    }
    emit::emit(function, &derived)
}

/// Whether the body gives what the signature says, as far as can be seen here.
fn check(function: &Function, diagnostics: &mut Diagnostics) -> bool {
    let signature = &function.signature;
    let surface = calls::surface(&function.graph, function.written);
    let is_row = surface.iter().any(|&id| matches!(function.graph.op(id), Op::Input(_)));
    let at = signature.item.block.stmts.last();
    match signature.returns_row {
        true if surface.is_empty() => diagnostics.error_spanned(at, kinds::NO_ROW),
        false if is_row => diagnostics.error_spanned(at, kinds::NO_NUMBER),
        _ => return true,
    }
    false
}

/// Value, vector–Jacobian product and Jacobian–vector product.
fn derive(function: &Function) -> Derived {
    let signature = &function.signature;
    let n = signature.inputs.len();
    let scalar = (!signature.returns_row).then(|| upstream(n));
    let mut b = Builder::new(function.graph.clone(), scalar, 2 * n + 1);
    let leaves: Vec<Id> = (0..n).map(|i| b.graph.node(Op::Input(i as u8), &[])).collect();
    let dy = b.graph.node(upstream(n), &[]);
    let directions: Vec<Id> = (0..n).map(|i| b.graph.node(direction(n, i), &[])).collect();

    let own = function.own_vjp.clone().unwrap_or_default();
    let mut split = calls::split(&mut b, &[&[function.value], &own[..]].concat());
    let own = split.split_off(1);
    let mut guarded = false;
    for call in 0..b.calls.len() {
        let given = b.calls[call].arguments.clone();
        let given = given.into_iter().map(|id| prepare(&mut b, id, &mut guarded).1);
        b.calls[call].arguments = given.collect();
    }
    let (value, differentiable) = prepare(&mut b, split[0], &mut guarded);
    // A number that calls give is the same at every position.
    let (returned, made_of_row) = (differentiable, !signature.returns_row && b.is_row(differentiable));
    let [value, differentiable] = [value, differentiable].map(|id| if made_of_row { b.mean(id) } else { id });
    let (pullback, pushforward) = match &function.own_vjp {
        // J is the transpose of the linear map that the author gives.
        Some(_) => {
            let own: Vec<Id> = own.iter().map(|&id| canonical::canonical(&mut b, id)).collect();
            // One number serves every element: its tangent is the sum of theirs.
            let mut weight = |&own: &Id, direction| if b.is_row(own) { direction } else { b.sum(direction) };
            let seeds = own.iter().zip(directions).map(|(own, v)| (*own, weight(own, v))).collect::<Vec<_>>();
            let transposed = calls::pull(&mut b, &seeds, &[dy], Form::Parts);
            (own, transposed[0])
        }
        None => {
            let pullback = calls::pull(&mut b, &[(differentiable, dy)], &leaves, Form::Parts);
            let tangents: Vec<(Id, Id)> = leaves.iter().copied().zip(directions).collect();
            (pullback, calls::push(&mut b, differentiable, &tangents))
        }
    };
    let from_output = output::from_output(&mut b, signature, differentiable, &pullback);
    let shown = match &function.own_vjp {
        Some(own) => own.clone(),
        // As the textbook has it.
        None => {
            let numbers = if made_of_row { calls::surface(&b.graph, returned) } else { Vec::new() };
            let numbers: Vec<Op> = numbers.into_iter().map(|leaf| b.graph.op(leaf)).collect();
            b.with_scalars(&numbers, |b| {
                let shown = if made_of_row { returned } else { value };
                let gradient = calls::pull(b, &[(shown, dy)], &leaves, Form::Output);
                let gradient = gradient.into_iter().map(|id| normal::cancelled(b, id)).collect::<Vec<_>>();
                gradient.into_iter().map(|id| calls::joined(b, id)).collect()
            })
        }
    };
    let shown = [vec![function.written], shown].concat();
    let value = normal::normal(&mut b, value, false);
    let pullback = pullback.into_iter().map(|id| normal::normal(&mut b, id, true)).collect();
    let pushforward = normal::normal(&mut b, pushforward, true);
    let parameters: Vec<Id> = function.parameters().map(|p| b.graph.node(p, &[])).collect();
    let parameters = calls::pull(&mut b, &[(differentiable, dy)], &parameters, Form::Parts);
    let parameters = parameters.into_iter().map(|id| normal::normal(&mut b, id, true)).collect();
    for call in 0..b.calls.len() {
        let calls::Call { arguments, weights, .. } = b.calls[call].clone();
        b.calls[call].arguments = arguments.into_iter().map(|id| normal::normal(&mut b, id, false)).collect();
        b.calls[call].weights = weights.into_iter().map(|id| normal::normal(&mut b, id, true)).collect();
    }
    Derived { builder: b, shown, guarded, value, pullback, from_output, pushforward, parameters }
}

/// A node as it is computed, and as it is differentiated.
fn prepare(b: &mut Builder, root: Id, guarded: &mut bool) -> (Id, Id) {
    // As element-wise maths is rewritten, but for what a branch knows of a row: it may be reduced there.
    let stable = Rewriter::new(&mut b.graph, Book::open(), &mut Vec::new()).rewrite(root);
    let value = canonical::canonical(b, stable);
    let differentiable = derive::guard_norms(b, value);
    *guarded |= differentiable != value;
    (value, differentiable)
}

/// `root` with `step` applied to every node, arguments first.
fn rebuild(b: &mut Builder, root: Id, step: &mut impl FnMut(&mut Builder, Id) -> Id) -> Id {
    let mut known: HashMap<Id, Id> = HashMap::new();
    for id in b.graph.topological(&[root]) {
        let node = b.graph.nodes()[id.index()];
        let arguments: Vec<Id> = node.arguments().iter().map(|a| known[a]).collect();
        let again = if arguments.is_empty() { id } else { b.graph.rebuild(node.op, &arguments) };
        let stepped = step(b, again);
        known.insert(id, stepped);
    }
    known[&root]
}

/// Whether a node is a truth value.
fn is_mask(graph: &Graph, id: Id) -> bool {
    matches!(graph.op(id), Op::Truth(_) | Op::Compare(_) | Op::And | Op::Or | Op::Not)
}
