//! A graph as the operations that it is computed by.

use super::{Notation, Writer};
use crate::function::Signature;
use crate::graph::{Graph, Id};

/// The first `most` operations that compute `roots`, one a line, and how many there are; the roots have names of their
/// own.
pub fn listing(
    graph: &Graph,
    roots: &[(String, Id)],
    signature: &Signature,
    most: usize,
) -> (Vec<String>, usize) {
    let ids: Vec<Id> = roots.iter().map(|(_, id)| *id).collect();
    let mut writer = Writer { exact: true, ..Writer::new(graph, signature, Notation::Text) };
    let mut lines = Vec::new();
    let (mut unnamed, mut count) = (0, 0);
    for id in graph.topological(&ids) {
        let arguments = graph.arguments(id);
        let given = roots.iter().find(|(_, root)| *root == id).map(|(name, _)| name.clone());
        if arguments.iter().all(|&a| graph.as_constant(a).is_some()) && given.is_none() {
            continue;
        }
        count += 1;
        if count > most {
            continue;
        }
        let name = given.unwrap_or_else(|| {
            unnamed += 1;
            writer.fresh(unnamed)
        });
        lines.push(format!("{name} = {}", writer.text(id)));
        writer.names.insert(id, name);
    }
    (lines, count)
}
