//! The expression graph: a hash-consed arena, so that equal sub-expressions are one node and derivatives don't swell.
//!
//! A node is built by [`Graph::node`] alone, which gives equal nodes equal ids; children come before their parents,
//! so ids in ascending order are a topological order. Arithmetic with simplification stands in
//! [`crate::simplify`], and [`crate::symbol::Symbol`] lends a node the algebra `Real`, so that a rule or a builtin
//! that is written for numbers builds graphs as well.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use proc_macro2::Ident;

use crate::diagnostic::Place;
use crate::primitive::Primitive;

/// A node's index in its [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u32);

impl Id {
    /// The position in [`Graph::nodes`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a node computes of its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Op {
    /// A number: the bits of an f64, to be rounded to the element type.
    Constant(u64),
    /// The n-th input of the function.
    Input(u8),
    /// The n-th hyper-parameter, in the order of declaration.
    Parameter(u8),
    /// The n-th constant that the body names by its path ([`Graph::externals`]): its value is not known here.
    External(u8),
    /// −a
    Neg,
    /// a + b
    Add,
    /// a − b
    Sub,
    /// a · b
    Mul,
    /// a / b
    Div,
    /// a to an integral power.
    Powi(i32),
    /// A row of the table of primitives.
    Apply(Primitive),
    /// A truth value.
    Truth(bool),
    /// Whether the numbers are wider than f32.
    Wide,
    /// A comparison; its value is a mask.
    Compare(Comparison),
    /// Both masks.
    And,
    /// Either mask.
    Or,
    /// The mask inverted.
    Not,
    /// The second argument where the first (a mask) is set, else the third.
    Select,
    /// The n-th callee of the body ([`Graph::callees`]), differentiated as `derivative` says, of its inputs.
    Call {
        /// Index into [`Graph::callees`].
        callee: u8,
        /// What of the callee is meant.
        part: Part,
    },
    /// A reduction of a row to a scalar.
    Reduce(Reduction),
    /// The number of elements of the rows.
    Length,
    /// How far into the row: 0, 1, 2 …
    Position,
    /// eˣ/Σ eˣ of a row.
    Softmax,
    /// x − ln Σ eˣ of a row.
    LogSoftmax,
}

/// What a call of another kernel computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Its value.
    Value,
    /// Its derivative with respect to the n-th input.
    Partial(u8),
    /// Its second derivative, if it has one input.
    Second,
    /// Its third derivative, if it has one input.
    Third,
    /// Its derivative with respect to the n-th parameter.
    Parameter(u8),
}

/// The six comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Comparison {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
}

/// How a row becomes a scalar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Reduction {
    Sum,
    Prod,
    Max,
    Min,
    /// The maximum, of which the result doesn't depend: what is subtracted before an exponential. Its derivative is
    /// taken to be 0.
    Shift,
    /// ln Σ eˣ
    LogSumExp,
}

/// One node: an operation and its arguments (as many as the operation takes; a [`Op::Call`] has up to four).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Node {
    /// What is computed.
    pub op: Op,
    arguments: [Id; 4],
    arity: u8,
}

impl Node {
    fn new(op: Op, arguments: &[Id]) -> Self {
        let mut padded = [Id(0); 4];
        padded[..arguments.len()].copy_from_slice(arguments);
        Self { op, arguments: padded, arity: arguments.len() as u8 }
    }

    /// The nodes that this one is computed from.
    pub fn arguments(&self) -> &[Id] {
        &self.arguments[..self.arity as usize]
    }
}

/// Which operations an expression is made of: all primitives, quotients and selections; and whether of inputs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Operations(u64);

impl Operations {
    const INPUT: u64 = 1 << 61;

    fn of(op: Op) -> Self {
        Self(match op {
            Op::Apply(primitive) => 1 << primitive as u32,
            Op::Div => 1 << 62,
            Op::Select => 1 << 63,
            Op::Input(_) => Self::INPUT,
            _ => 0,
        })
    }

    /// Whether there is a quotient.
    pub fn has_quotient(self) -> bool {
        self.0 & Self::of(Op::Div).0 != 0
    }

    /// Whether these are among the `others`, whatever the inputs.
    pub fn are_among(self, others: Self) -> bool {
        self.0 & !others.0 & !Self::INPUT == 0
    }
}

/// Hashes small keys fast, without an optimizer too, and the same in every run (the hash of Firefox and rustc).
#[derive(Debug, Default)]
pub struct Mix(u64);

impl Mix {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x51_7c_c1_b7_27_22_0a_95);
    }
}

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.add(byte.into());
        }
    }
    fn write_u8(&mut self, n: u8) {
        self.add(n.into());
    }
    fn write_u32(&mut self, n: u32) {
        self.add(n.into());
    }
    fn write_i32(&mut self, n: i32) {
        self.add(n as u64);
    }
    fn write_u64(&mut self, n: u64) {
        self.add(n);
    }
    fn write_usize(&mut self, n: usize) {
        self.add(n as u64);
    }
    fn write_isize(&mut self, n: isize) {
        self.add(n as u64);
    }
}

/// Something for each of some nodes.
pub type IdMap<V> = HashMap<Id, V, BuildHasherDefault<Mix>>;

/// Some nodes.
pub type IdSet = HashSet<Id, BuildHasherDefault<Mix>>;

/// Another `#[activation]` that the body calls.
#[derive(Debug, Clone)]
pub struct Callee {
    /// The path as written.
    pub path: syn::Path,
    /// The name that the expansion has for its type, at the path's place.
    pub alias: Ident,
    /// Its parameters: expressions of constants and parameters only.
    pub parameters: Vec<Id>,
    /// How many of the arguments are inputs.
    pub inputs: usize,
}

impl Callee {
    /// The last name of its path.
    pub fn name(&self) -> String {
        let name = self.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
        name.strip_prefix("r#").unwrap_or(&name).to_owned()
    }
}

/// A hash-consed arena of nodes.
#[derive(Debug, Default, Clone)]
pub struct Graph {
    nodes: Vec<Node>,
    places: Vec<Option<Place>>,
    operations: Vec<Operations>,
    /// Of each node the number that it is, if it is made of literals only.
    numbers: Vec<Option<f64>>,
    /// Of each node whether it is seen to be positive whatever the inputs.
    positive: Vec<bool>,
    ids: HashMap<Node, Id, BuildHasherDefault<Mix>>,
    /// The place that new nodes are attributed to.
    pub here: Option<Place>,
    /// Constants named by path, of unknown value.
    pub externals: Vec<syn::Expr>,
    /// Other activations that the body calls.
    pub callees: Vec<Callee>,
}

impl Graph {
    /// An empty graph.
    pub fn new() -> Self {
        Self::default()
    }

    /// The node `op(arguments)`: the one there is, or a new one. No simplification.
    pub fn node(&mut self, op: Op, arguments: &[Id]) -> Id {
        let node = Node::new(op, arguments);
        if let Some(&id) = self.ids.get(&node) {
            return id;
        }
        let id = Id(self.nodes.len() as u32);
        let mut operations = Operations::of(op);
        for argument in arguments {
            operations.0 |= self.operations[argument.index()].0;
        }
        self.numbers.push(self.number_of(op, arguments));
        self.positive.push(self.is_positive_of(op, arguments));
        self.nodes.push(node);
        self.operations.push(operations);
        self.places.push(self.here);
        self.ids.insert(node, id);
        id
    }

    /// The value of an expression of literals.
    fn number_of(&self, op: Op, arguments: &[Id]) -> Option<f64> {
        let argument = |i: usize| self.number(arguments[i]);
        Some(match op {
            Op::Constant(bits) => f64::from_bits(bits),
            Op::Neg => -argument(0)?,
            Op::Add => argument(0)? + argument(1)?,
            Op::Sub => argument(0)? - argument(1)?,
            Op::Mul => argument(0)? * argument(1)?,
            Op::Div => argument(0)? / argument(1)?,
            Op::Apply(primitive) if arguments.len() == 1 => primitive.evaluate(&[argument(0)?]),
            _ => return None,
        })
    }

    /// Whether an expression can be seen to be positive.
    fn is_positive_of(&self, op: Op, arguments: &[Id]) -> bool {
        use Primitive::{Cosh, Erfc, Exp, Exp2, Sigmoid, Softplus, Sqrt};
        let argument = |i: usize| self.is_positive(arguments[i]);
        match op {
            Op::Constant(bits) => f64::from_bits(bits) > 0.0,
            Op::Length | Op::Softmax | Op::Apply(Exp | Exp2 | Sigmoid | Softplus | Erfc | Cosh) => true,
            Op::Reduce(_) | Op::Apply(Sqrt) => argument(0),
            Op::Add | Op::Mul | Op::Div => argument(0) && argument(1),
            _ => false,
        }
    }

    /// The value of a node that is made of literals only.
    pub fn number(&self, id: Id) -> Option<f64> {
        self.numbers[id.index()]
    }

    /// Whether a node can be seen to be positive whatever the inputs.
    pub fn is_positive(&self, id: Id) -> bool {
        self.positive[id.index()]
    }

    /// The node `op(arguments)`, if there is one.
    pub fn find(&self, op: Op, arguments: &[Id]) -> Option<Id> {
        self.ids.get(&Node::new(op, arguments)).copied()
    }

    /// The number `value`.
    pub fn constant(&mut self, value: f64) -> Id {
        self.node(Op::Constant(value.to_bits()), &[])
    }

    /// All nodes, arguments before the nodes made of them.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The operation of a node.
    pub fn op(&self, id: Id) -> Op {
        self.nodes[id.index()].op
    }

    /// The arguments of a node.
    pub fn arguments(&self, id: Id) -> &[Id] {
        self.nodes[id.index()].arguments()
    }

    /// What the node is made of.
    pub fn operations(&self, id: Id) -> Operations {
        self.operations[id.index()]
    }

    /// Whether the node is a truth value.
    pub fn is_mask(&self, id: Id) -> bool {
        matches!(self.op(id), Op::Truth(_) | Op::Wide | Op::Compare(_) | Op::And | Op::Or | Op::Not)
    }

    /// Where the node was first written, if it was written and not derived.
    pub fn place(&self, id: Id) -> Option<Place> {
        self.places[id.index()]
    }

    /// The value of a literal node.
    pub fn as_constant(&self, id: Id) -> Option<f64> {
        match self.op(id) {
            Op::Constant(bits) => Some(f64::from_bits(bits)),
            _ => None,
        }
    }

    /// What a parameter or a constant named by path is, given the `values` of the parameters followed by those of the
    /// constants.
    pub fn given<'v, T>(&self, op: Op, values: &'v [T]) -> Option<&'v T> {
        let index = match op {
            Op::Parameter(n) => n as usize,
            Op::External(n) => values.len().checked_sub(self.externals.len())? + n as usize,
            _ => return None,
        };
        values.get(index)
    }

    /// The operation and its arguments, for patterns: `if let (Op::Mul, &[a, b]) = graph.view(id)`.
    pub fn view(&self, id: Id) -> (Op, &[Id]) {
        (self.op(id), self.arguments(id))
    }

    /// Whether each node (by index) is needed for one of `roots`.
    pub fn reachable(&self, roots: &[Id]) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let (nodes, slice) = (self.nodes.as_slice(), reached.as_mut_slice());
        let mut index = 0;
        for root in roots {
            slice[root.index()] = true;
            index = index.max(root.index() + 1);
        }
        while index > 0 {
            index -= 1;
            if slice[index] {
                for argument in nodes[index].arguments() {
                    slice[argument.index()] = true;
                }
            }
        }
        reached
    }

    /// The ids of all nodes.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = Id> + use<> {
        (0..self.nodes.len() as u32).map(Id)
    }

    /// The nodes needed for `roots`, arguments first.
    pub fn topological(&self, roots: &[Id]) -> Vec<Id> {
        let reached = self.reachable(roots);
        let (reached, mut order, mut index) = (reached.as_slice(), Vec::new(), 0);
        while index < reached.len() {
            if reached[index] {
                order.push(Id(index as u32));
            }
            index += 1;
        }
        order
    }

    /// Whether a node is computed from an input.
    pub fn varies(&self, id: Id) -> bool {
        self.operations(id).0 & Operations::INPUT != 0
    }

    /// Whether `root` is computed from a node that `leaf` accepts.
    pub fn depends(&self, root: Id, leaf: impl Fn(Op) -> bool) -> bool {
        self.topological(&[root]).into_iter().any(|id| leaf(self.op(id)))
    }
}
