//! Rewrites a graph to stable spellings of the same function: the rules of [`crate::rules`], until none applies.
//!
//! Every node is tried twice: as it was written, before its arguments are rewritten (a rule that knows the whole
//! shape goes first), and again with its arguments rewritten. What a rule builds is tried again.

use std::collections::HashMap;
use std::rc::Rc;

use crate::graph::{Graph, Id, Op};
use crate::pattern::Bindings;
use crate::rules::{Book, Match, Prepared};

/// A bound for the number of rewrites of one function, in case two rules chase each other.
const FUEL: usize = 2000;

/// The function `root` in its stable spelling; `log` takes the name and the reason of each rule that applied.
pub fn rewrite(graph: &mut Graph, root: Id, log: &mut Vec<(&'static str, &'static str)>) -> Id {
    let mut rewriter = Rewriter { graph, book: Book::open(), done: HashMap::new(), log, fuel: FUEL };
    for id in rewriter.graph.topological(&[root]) {
        let stable = match rewriter.apply(id) {
            Some(stable) => stable,
            None => rewriter.resolve(id),
        };
        rewriter.done.insert(id, stable);
    }
    rewriter.done[&root]
}

struct Rewriter<'a> {
    graph: &'a mut Graph,
    book: Rc<Book>,
    /// What became of each node.
    done: HashMap<Id, Id>,
    log: &'a mut Vec<(&'static str, &'static str)>,
    fuel: usize,
}

impl Rewriter<'_> {
    /// What became of a node; for one that a match has made up, what becomes of it now.
    fn resolve(&mut self, id: Id) -> Id {
        if let Some(&stable) = self.done.get(&id) {
            return stable;
        }
        let node = self.graph.nodes()[id.index()];
        let arguments: Vec<Id> = node.arguments().iter().map(|&a| self.resolve(a)).collect();
        self.build(node.op, &arguments)
    }

    /// The node `op(arguments)`, rewritten.
    fn build(&mut self, op: Op, arguments: &[Id]) -> Id {
        let id = self.graph.rebuild(op, arguments);
        if let Some(&stable) = self.done.get(&id) {
            return stable;
        }
        let stable = self.apply(id).unwrap_or(id);
        self.done.insert(id, stable);
        self.done.insert(stable, stable);
        stable
    }

    /// The right side of the first rule whose left side `id` is.
    fn apply(&mut self, id: Id) -> Option<Id> {
        let book = Rc::clone(&self.book);
        for rule in book.rules(self.graph.op(id)) {
            if self.fuel == 0 {
                return None;
            }
            if let Some((bindings, negated)) = self.find(rule, id) {
                self.fuel -= 1;
                let entry = (rule.rule.name, rule.rule.why);
                if !self.log.contains(&entry) {
                    self.log.push(entry);
                }
                let stable = self.instantiate(rule, rule.identity.right, &bindings);
                return Some(if negated { self.build(Op::Neg, &[stable]) } else { stable });
            }
        }
        None
    }

    /// The match of a rule at `id`, or at its opposite (then true): a − b is −(b − a).
    fn find(&mut self, rule: &Prepared, id: Id) -> Option<(Bindings, bool)> {
        let here = |graph: &mut Graph, id| {
            let bindings = rule.identity.matches(graph, id)?;
            (rule.rule.when)(&Match { graph, bindings: &bindings }).then_some(bindings)
        };
        if let Some(bindings) = here(self.graph, id) {
            return Some((bindings, false));
        }
        match (rule.identity.graph().op(rule.identity.left), self.graph.view(id)) {
            (Op::Sub, (Op::Sub, &[a, b])) => {
                let opposite = self.graph.sub(b, a);
                Some((here(self.graph, opposite)?, true))
            }
            _ => None,
        }
    }

    fn instantiate(&mut self, rule: &Prepared, pattern: Id, bindings: &Bindings) -> Id {
        let (op, arguments) = rule.identity.graph().view(pattern);
        if let Op::Input(letter) = op {
            let bound = bindings[letter as usize].unwrap_or_else(|| unreachable!("a variable of the left side"));
            return self.resolve(bound);
        }
        let arguments: Vec<Id> = arguments.iter().map(|&a| self.instantiate(rule, a, bindings)).collect();
        self.build(op, &arguments)
    }
}
