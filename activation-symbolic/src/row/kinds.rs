//! Whether what a call gives is a row or a number: known to rustc alone, who is asked wherever it matters.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::calls::surface;
use crate::diagnostic::Place;
use crate::function::Function;
use crate::graph::{Graph, Id, IdMap, Op};

/// What is said where a row is to be returned, and this is a number.
pub(super) const NO_ROW: &str = "this is one number, and the function returns a row: return the number's type, or use the \
                                 number in an expression of the row, as in `x / x.sum()`";
/// What is said where a number is to be returned, and this is a row.
pub(super) const NO_NUMBER: &str =
    "this is a row, and the function returns one number: return a `Row`, or reduce it, as in `.sum()`";

/// The item that has rustc check that calls are given rows where they take rows, that what is reduced is a row, and that
/// the function returns what it says; nothing if that is known without.
pub(super) fn witness(function: &Function) -> TokenStream {
    let graph = &function.graph;
    let own = function.own_vjp.iter().flatten().copied();
    let roots: Vec<Id> = [function.written].into_iter().chain(own).collect();
    let mut kinds = Kinds { graph, known: IdMap::default() };
    let mut statements = TokenStream::new();
    let mut checks = false;
    for id in graph.topological(&roots) {
        match (graph.op(id), graph.arguments(id)) {
            (Op::Call { callee, .. }, arguments) => {
                let alias = &graph.callees[callee as usize].alias;
                let arguments: Vec<TokenStream> = arguments.iter().map(|&a| kinds.is_row(a)).collect();
                let name = format_ident!("row{}", kinds.known.len());
                kinds.known.insert(id, name.clone());
                let callee = quote!(#alias::CALLEE);
                if arguments.iter().any(|argument| argument.to_string() != "true") {
                    checks = true;
                    let message = "a function of rows is given one number: give it a row, as in `softmax(x)`, or call a \
                                   function of numbers";
                    statements.extend(quote_spanned! {alias.span()=>
                        if !#callee.takes(&[#(#arguments),*]) { ::activations::witness::refuse(#message); }
                    });
                }
                statements.extend(quote!(let #name = #callee.gives.row(&[#(#arguments),*]);));
            }
            (Op::Reduce(_), &[row]) => {
                let is_row = kinds.is_row(row);
                if is_row.to_string() != "true" {
                    checks = true;
                    let span = graph.place(id).map_or_else(Span::call_site, Place::first);
                    let message = "this reduces a row to one number, and this is one number already, as the function that is \
                                   called gives one: leave the reduction out";
                    statements.extend(
                        quote_spanned!(span=> if !(#is_row) { ::activations::witness::refuse(#message); }),
                    );
                }
            }
            _ => {}
        }
    }
    let is_row = kinds.is_row(function.written);
    if !matches!(is_row.to_string().as_str(), "true" | "false") {
        checks = true;
        let (wrong, message) = if function.signature.returns_row {
            (quote!(!(#is_row)), NO_ROW)
        } else {
            (quote!(#is_row), NO_NUMBER)
        };
        let last = function.signature.item.block.stmts.last();
        let span = last.map_or_else(Span::call_site, Spanned::span);
        statements.extend(quote_spanned!(span=> if #wrong { ::activations::witness::refuse(#message); }));
    }
    if checks { quote!(const _: () = { #statements };) } else { TokenStream::new() }
}

/// Which nodes are rows.
struct Kinds<'a> {
    graph: &'a Graph,
    /// The names of what is known of calls.
    known: IdMap<Ident>,
}

impl Kinds<'_> {
    /// Whether a node is a row, as a constant expression.
    fn is_row(&self, id: Id) -> TokenStream {
        let surface = surface(self.graph, id);
        if surface.is_empty() {
            return quote!(false);
        }
        if surface.iter().any(|&id| matches!(self.graph.op(id), Op::Input(_))) {
            return quote!(true);
        }
        let names = surface.iter().filter_map(|call| self.known.get(call));
        quote!(#(#names)|*)
    }
}
