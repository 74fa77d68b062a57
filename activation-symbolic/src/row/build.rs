//! A graph of rows and scalars.

use super::calls::Call;
use crate::graph::{Graph, Id, Op, Reduction};

/// A graph in which some nodes are rows, the others scalars.
#[derive(Debug, Clone)]
pub(super) struct Builder {
    pub(super) graph: Graph,
    /// The inputs that are scalars: the incoming gradient of a function that gives one, and what calls give.
    scalars: Vec<Op>,
    /// Which nodes are rows, as far as has been asked.
    rows: Vec<bool>,
    /// Calls of other functions: arguments of one are made of those before it.
    pub(super) calls: Vec<Call>,
    /// The number of leaves.
    leaves: usize,
}

impl Builder {
    /// With so many leaves: the inputs, the incoming gradient, the tangents.
    pub(super) fn new(graph: Graph, scalar: Option<Op>, leaves: usize) -> Self {
        Self { graph, scalars: scalar.into_iter().collect(), rows: Vec::new(), calls: Vec::new(), leaves }
    }

    /// A further leaf, a row or a scalar.
    pub(super) fn leaf(&mut self, is_scalar: bool) -> Id {
        let op = Op::Input(self.leaves as u8);
        self.leaves += 1;
        if is_scalar {
            self.scalars.push(op);
        }
        self.graph.node(op, &[])
    }

    /// Whether there were more leaves than can be told apart.
    pub(super) fn is_full(&self) -> bool {
        self.leaves > usize::from(u8::MAX)
    }

    /// What `build` makes where some leaves are scalars that otherwise are rows.
    pub(super) fn with_scalars<T>(&mut self, leaves: &[Op], build: impl FnOnce(&mut Self) -> T) -> T {
        let (scalars, rows) = (self.scalars.clone(), std::mem::take(&mut self.rows));
        self.scalars.extend(leaves);
        let built = build(self);
        (self.scalars, self.rows) = (scalars, rows);
        built
    }

    /// Whether the node is a row.
    pub(super) fn is_row(&mut self, id: Id) -> bool {
        while self.rows.len() <= id.index() {
            let node = self.graph.nodes()[self.rows.len()];
            let row = match node.op {
                Op::Input(_) => !self.scalars.contains(&node.op),
                Op::Position => true,
                Op::Reduce(_) => false,
                _ => node.arguments().iter().any(|a| self.rows[a.index()]),
            };
            self.rows.push(row);
        }
        self.rows[id.index()]
    }

    pub(super) fn zero(&mut self) -> Id {
        self.graph.constant(0.0)
    }

    pub(super) fn reduce(&mut self, reduction: Reduction, row: Id) -> Id {
        self.graph.node(Op::Reduce(reduction), &[row])
    }

    /// Where the element-wise piece at `root` ends: the reductions and softmaxes that it is made of, not looking
    /// behind them.
    pub(super) fn boundaries(&self, root: Id) -> Vec<Id> {
        let mut found = Vec::new();
        let mut seen = vec![false; self.graph.nodes().len()];
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            match self.graph.op(id) {
                Op::Reduce(_) | Op::Softmax | Op::LogSoftmax => found.push(id),
                _ => stack.extend(self.graph.arguments(id)),
            }
        }
        found.sort_unstable();
        found
    }

    /// The sum over the row, with scalar factors taken out: Σ s·x = s·Σ x, and Σ (x − mean x) = 0.
    pub(super) fn sum(&mut self, row: Id) -> Id {
        let (factor, rest) = self.factors(row);
        let Some(rest) = rest else {
            let length = self.graph.node(Op::Length, &[]);
            return self.graph.mul(length, factor);
        };
        let sum = if self.is_centred(rest) { self.zero() } else { self.reduce(Reduction::Sum, rest) };
        self.graph.mul(factor, sum)
    }

    /// The mean over the row.
    pub(super) fn mean(&mut self, row: Id) -> Id {
        let (sum, length) = (self.sum(row), self.graph.node(Op::Length, &[]));
        self.graph.div(sum, length)
    }

    /// The row a, where this is Σ (a − mean a)², and a scalar factor.
    pub(super) fn spread_of(&mut self, id: Id) -> Option<(Id, Id)> {
        let (Op::Reduce(Reduction::Sum), &[squares]) = self.graph.view(id) else { return None };
        let (factor, squares) = self.factors(squares);
        let centred = match self.graph.view(squares?) {
            (Op::Mul, &[p, q]) if p == q => p,
            (Op::Powi(2), &[p]) => p,
            _ => return None,
        };
        let (Op::Sub, &[p, q]) = self.graph.view(centred) else { return None };
        let (row, mean) = if self.is_row(p) { (p, q) } else { (q, p) };
        if self.is_row(mean) || (mean != self.mean(row) && !self.is_centred(centred)) {
            return None;
        }
        let (scale, row) = self.factors(row);
        let square = self.graph.mul(scale, scale);
        Some((self.graph.mul(factor, square), row?))
    }

    pub(super) fn is_spread(&self, id: Id) -> bool {
        self.graph.op(id) == Op::Reduce(Reduction::Spread)
    }

    /// Whether it is x − mean x.
    fn is_centred(&self, id: Id) -> bool {
        let (Op::Sub, &[x, mean]) = self.graph.view(id) else { return false };
        let (Op::Div, &[sum, length]) = self.graph.view(mean) else { return false };
        self.graph.op(length) == Op::Length && self.graph.view(sum) == (Op::Reduce(Reduction::Sum), &[x])
    }

    /// A scalar factor, and the row that is left (nothing of a scalar).
    pub(super) fn factors(&mut self, id: Id) -> (Id, Option<Id>) {
        if !self.is_row(id) {
            return (id, None);
        }
        let one = self.graph.constant(1.0);
        let (op, arguments) = self.graph.view(id);
        match (op, arguments) {
            (Op::Neg, &[a]) => {
                let (factor, rest) = self.factors(a);
                (self.graph.neg(factor), rest)
            }
            // The same twice, as the slope of a square comes out.
            (Op::Add | Op::Sub, &[a, b]) if self.same_magnitude(op, a, b) => {
                let two = self.graph.constant(2.0);
                let (factor, rest) = self.factors(a);
                (self.graph.mul(two, factor), rest)
            }
            (Op::Mul, &[a, b]) => {
                let ((p, a), (q, b)) = (self.factors(a), self.factors(b));
                let rest = match (a, b) {
                    (Some(a), Some(b)) => Some(self.graph.mul(a, b)),
                    (rest, None) | (None, rest) => rest,
                };
                (self.graph.mul(p, q), rest)
            }
            (Op::Div, &[a, b]) => {
                let ((p, a), (q, b)) = (self.factors(a), self.factors(b));
                let rest = match (a, b) {
                    (Some(a), Some(b)) => Some(self.graph.div(a, b)),
                    (None, Some(b)) => Some(self.graph.div(one, b)),
                    (rest, None) => rest,
                };
                (self.graph.div(p, q), rest)
            }
            _ => (one, Some(id)),
        }
    }

    /// Whether a + b, or a − b, is 2a.
    fn same_magnitude(&self, op: Op, a: Id, b: Id) -> bool {
        match op {
            Op::Add => a == b,
            _ => self.graph.view(a) == (Op::Neg, &[b]) || self.graph.view(b) == (Op::Neg, &[a]),
        }
    }

    /// A sum of scalars in which what is added and subtracted vanishes.
    pub(super) fn cancelled(&mut self, root: Id) -> Id {
        let mut terms: Vec<(Id, bool)> = Vec::new();
        let mut stack = vec![(root, false)];
        while let Some((id, negative)) = stack.pop() {
            match (self.graph.view(id), self.is_row_already(id)) {
                ((Op::Add, &[a, b]), false) => stack.extend([(b, negative), (a, negative)]),
                ((Op::Sub, &[a, b]), false) => stack.extend([(b, !negative), (a, negative)]),
                ((Op::Neg, &[a]), false) => stack.push((a, !negative)),
                _ => match terms.iter().position(|&term| term == (id, !negative)) {
                    Some(opposite) => drop(terms.remove(opposite)),
                    None => terms.push((id, negative)),
                },
            }
        }
        // What is added comes before what is subtracted.
        terms.sort_by_key(|&(_, negative)| negative);
        let mut sum = self.zero();
        for (id, negative) in terms {
            sum = if negative { self.graph.sub(sum, id) } else { self.graph.add(sum, id) };
        }
        sum
    }

    fn is_row_already(&self, id: Id) -> bool {
        self.rows.get(id.index()).copied().unwrap_or(false)
    }
}
