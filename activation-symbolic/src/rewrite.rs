//! Rewrites a graph to stable spellings of the same function: the rules of [`crate::rules`], until none applies.
//!
//! Every node is tried twice: as it was written, before its arguments are rewritten (a rule that knows the whole
//! shape goes first), and again with its arguments rewritten. What a rule builds is tried again.

use std::rc::Rc;

use crate::graph::{Graph, Id, IdSet, Op};
use crate::pattern::Bindings;
use crate::rules::{Book, Match, Prepared};
use crate::sides::resolve_sides;

/// A bound for the number of rewrites of one function, in case two rules chase each other.
const FUEL: usize = 2000;

/// The function `root` in its stable spelling; `log` takes the name and the reason of each rule that applied.
pub fn rewrite(graph: &mut Graph, root: Id, log: &mut Vec<(&'static str, &'static str)>) -> Id {
    let root = resolve_sides(graph, root);
    let plain = std::mem::take(&mut graph.plain);
    let mut rewriter = Rewriter { plain, ..Rewriter::new(graph, Book::open(), log) };
    let stable = rewriter.rewrite(root);
    graph.plain = rewriter.plain;
    resolve_sides(graph, stable)
}

/// Applies the rules of a book.
pub(crate) struct Rewriter<'a> {
    graph: &'a mut Graph,
    book: Rc<Book>,
    /// What became of each node, by its index.
    done: Vec<Option<Id>>,
    /// The nodes that no rule applies to.
    plain: IdSet,
    log: &'a mut Vec<(&'static str, &'static str)>,
    /// The rules whose right sides are being built: they may contain their left sides.
    active: Vec<&'static str>,
    fuel: usize,
}

impl<'a> Rewriter<'a> {
    pub(crate) fn new(
        graph: &'a mut Graph,
        book: Rc<Book>,
        log: &'a mut Vec<(&'static str, &'static str)>,
    ) -> Self {
        Self { graph, book, done: Vec::new(), plain: IdSet::default(), log, active: Vec::new(), fuel: FUEL }
    }

    /// What becomes of `root`.
    pub(crate) fn rewrite(&mut self, root: Id) -> Id {
        for id in self.graph.topological(&[root]) {
            if self.done(id).is_none() {
                let stable = self.apply(id).unwrap_or_else(|| self.resolve(id));
                self.finish(id, stable);
            }
        }
        self.done(root).unwrap_or(root)
    }

    fn done(&self, id: Id) -> Option<Id> {
        self.done.get(id.index()).copied().flatten()
    }

    fn finish(&mut self, id: Id, stable: Id) {
        if self.done.len() <= id.index() {
            self.done.resize(self.graph.nodes().len(), None);
        }
        self.done[id.index()] = Some(stable);
    }

    /// What became of a node; for one that a match has made up, what becomes of it now.
    fn resolve(&mut self, id: Id) -> Id {
        if let Some(stable) = self.done(id) {
            return stable;
        }
        let node = self.graph.nodes()[id.index()];
        let arguments: Vec<Id> = node.arguments().iter().map(|&a| self.resolve(a)).collect();
        self.build(node.op, &arguments)
    }

    /// The node `op(arguments)`, rewritten.
    fn build(&mut self, op: Op, arguments: &[Id]) -> Id {
        let id = self.graph.rebuild(op, arguments);
        if let Some(stable) = self.done(id) {
            return stable;
        }
        // Simplification may have made new arguments.
        let node = self.graph.nodes()[id.index()];
        let resolved: Vec<Id> = node.arguments().iter().map(|&a| self.resolve(a)).collect();
        if resolved != node.arguments() {
            // Simplification may lead back to this very node, which then stays as it is.
            self.finish(id, id);
            let stable = self.build(node.op, &resolved);
            self.finish(id, stable);
            return stable;
        }
        let stable = self.apply(id).unwrap_or(id);
        self.finish(id, stable);
        self.finish(stable, stable);
        stable
    }

    /// The right side of the first rule whose left side `id` is.
    fn apply(&mut self, id: Id) -> Option<Id> {
        if self.fuel == 0 || self.plain.contains(&id) {
            return None;
        }
        let book = Rc::clone(&self.book);
        let (rules, operations) = (book.rules(self.graph.op(id)), self.graph.operations(id));
        let mut next = 0;
        while next < rules.len() {
            let rule = &rules[next];
            next += 1;
            if !rule.operations.are_among(operations) || self.active.contains(&rule.rule.left) {
                continue;
            }
            if let Some((bindings, negated)) = self.find(rule, id) {
                self.fuel -= 1;
                let entry = (rule.rule.name, rule.rule.why);
                if !self.log.contains(&entry) {
                    self.log.push(entry);
                }
                self.active.push(rule.rule.left);
                let stable = self.instantiate(rule, rule.identity.right, &bindings);
                self.active.pop();
                return Some(if negated { self.build(Op::Neg, &[stable]) } else { stable });
            }
        }
        if self.active.is_empty() {
            self.plain.insert(id);
        }
        None
    }

    /// The match of a rule at `id`, or at its opposite (then true): a − b is −(b − a).
    fn find(&mut self, rule: &Prepared, id: Id) -> Option<(Bindings, bool)> {
        let here = |graph: &mut Graph, id| {
            rule.identity.matches(graph, id, rule.rule.compound, &|graph, bindings| {
                (rule.rule.when)(&Match { graph, bindings })
            })
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
            // Every variable of a right side stands on the left as well; a test of the rules sees to it.
            return bindings[letter as usize].map_or(pattern, |bound| self.resolve(bound));
        }
        let arguments: Vec<Id> = arguments.iter().map(|&a| self.instantiate(rule, a, bindings)).collect();
        self.build(op, &arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::{parse, show};
    use std::fmt::Write as _;

    /// What the textbook writes, and what it becomes.
    const SPELLINGS: &[(&str, &str)] = &[
        ("ln(1 + exp(x))", "softplus(x)"),
        ("ln(1 + exp(-x))", "softplus(-x)"),
        ("1 / (1 + exp(-x))", "sigmoid(x)"),
        ("1 / (exp(-x) + 1)", "sigmoid(x)"),
        ("exp(x) / (1 + exp(x))", "sigmoid(x)"),
        ("1 / (1 + exp(x))", "sigmoid(-x)"),
        ("x / (1 + exp(-0.3 * x))", "x * sigmoid(0.3 * x)"),
        ("1 - 1 / (1 + exp(x))", "sigmoid(x)"),
        ("x * exp(x) / (exp(x) + 2)", "x * sigmoid(x - ln(2))"),
        ("exp(-x) * (1 / (1 + exp(-x)))", "sigmoid(-x)"),
        ("(exp(x) - exp(-x)) / (exp(x) + exp(-x))", "tanh(x)"),
        ("(exp(2 * x) - 1) / (exp(2 * x) + 1)", "tanh(x)"),
        ("(1 - exp(-2 * x)) / (1 + exp(-2 * x))", "tanh(x)"),
        ("2 / (1 + exp(-2 * x)) - 1", "tanh(x)"),
        ("1 - 2 / (1 + exp(2 * x))", "tanh(x)"),
        ("x * tanh(ln(1 + exp(x)))", "x * tanh(softplus(x))"),
        (
            "x * ((1 + exp(x)) * (1 + exp(x)) - 1) / ((1 + exp(x)) * (1 + exp(x)) + 1)",
            "x * tanh(softplus(x))",
        ),
        ("0.5 * x * (1 + tanh(x))", "x * sigmoid(2 * x)"),
        ("0.5 + 0.5 * tanh(x / 2)", "sigmoid(x)"),
        ("0.5 * x * (1 + erf(x))", "0.5 * (x * erfc(-x))"),
        ("0.5 * (1 + erf(x))", "0.5 * erfc(-x)"),
        ("0.5 * (1 - erf(x))", "0.5 * erfc(x)"),
        ("0.3 * (exp(x) - 1)", "0.3 * exp_m1(x)"),
        ("0.3 * exp(x) - 0.3", "0.3 * exp_m1(x)"),
        ("1 - exp(-x)", "-exp_m1(-x)"),
        ("(exp(x) - exp(-x)) / 2", "sinh(x)"),
        ("2 / (exp(x) + exp(-x))", "1 / cosh(x)"),
        ("ln(sigmoid(x))", "-softplus(-x)"),
        ("ln(1 / (1 + exp(-x)))", "-softplus(-x)"),
        ("ln(1 - 1 / (1 + exp(-x)))", "-softplus(x)"),
        ("x * ln(1 + 1 / (1 + exp(-x)))", "x * ln_1p(sigmoid(x))"),
        ("1 - exp(-exp(x))", "-exp_m1(-exp(x))"),
        ("1 - powf(1 + 2 * exp(x), -0.5)", "-exp_m1(-0.5 * ln_1p(2 * exp(x)))"),
        ("2 * atan(exp(x)) - 1.5707963705062866", "2 * atan(tanh(0.5 * x))"),
        ("sqrt(x * x)", "abs(x)"),
        ("ln(x + sqrt(x * x + 1))", "asinh(x)"),
        ("ln(1.5 * x + sqrt(1.5 * x * (1.5 * x) + 1))", "asinh(1.5 * x)"),
        ("ln(1.7 * x + sqrt(1.7 * x * (1.7 * x) + 1))", "asinh(1.7 * x)"),
        ("0.5 * abs(x + 1) - 0.5 * abs(x - 1)", "max(min(x, 1), -1)"),
        ("abs(x - 3) - abs(x + 3)", "-2 * max(min(x, 3), -3)"),
        ("1.5 * (cos(x - 1) - cos(x + 1))", "3 * sin(1) * sin(x)"),
        ("(x + 1.67) * sigmoid(x) - 0.835", "x * sigmoid(x) + 0.835 * tanh(0.5 * x)"),
        ("x - x / (1 + exp(x))", "x * sigmoid(x)"),
        ("0.5 * (x + sqrt(x * x + 4))", "0.5 * if(x < 0, 4 / (sqrt(x * x + 4) - x), x + sqrt(x * x + 4))"),
        ("x * (1 - sigmoid(x))", "x * sigmoid(-x)"),
        ("exp(x) * exp(x) / (1 + exp(x))", "exp(x) * sigmoid(x)"),
    ];

    #[test]
    fn textbook_spellings() {
        let mut wrong = String::new();
        for (naive, stable) in SPELLINGS {
            let mut graph = Graph::new();
            let root = parse(&mut graph, naive).expect("a formula");
            let found = rewrite(&mut graph, root, &mut Vec::new());
            let expected = parse(&mut graph, stable).expect("a formula");
            if found != expected {
                let _ = writeln!(wrong, "{naive}\n  became {}\n  not {stable}", show(&graph, found));
            }
        }
        assert!(wrong.is_empty(), "{wrong}");
    }
}
