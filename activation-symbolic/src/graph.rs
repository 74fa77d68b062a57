//! The expression graph: a hash-consed arena, so that equal sub-expressions are one node and derivatives don't swell.
//!
//! A node is built by [`Graph::node`] alone, which gives equal nodes equal ids; children come before their parents,
//! so ids in ascending order are a topological order. Arithmetic with simplification stands in
//! [`crate::simplify`], and [`crate::symbol::Symbol`] lends a node the algebra `Real`, so that a rule or a builtin
//! that is written for numbers builds graphs as well.

use proc_macro2::Ident;

use crate::diagnostic::Place;
pub use crate::id_map::{IdMap, IdSet};
use crate::primitive::Primitive;

/// A node's index in its [`Graph`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u32);

impl Id {
    /// The position in [`Graph::nodes`].
    #[inline(always)]
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
    /// Σ (x − mean x)²
    Spread,
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
    /// A node of at most four arguments.
    pub(crate) fn new(op: Op, arguments: &[Id]) -> Self {
        let mut padded = [Id(0); 4];
        let mut i = 0;
        while i < arguments.len() {
            padded[i] = arguments[i];
            i += 1;
        }
        Self { op, arguments: padded, arity: arguments.len() as u8 }
    }

    /// The nodes that this one is computed from.
    #[inline(always)]
    pub fn arguments(&self) -> &[Id] {
        // A range of an array is a call of three functions where nothing is inlined; a pattern is none.
        match (self.arity, &self.arguments) {
            (0, _) => &[],
            (1, [first @ .., _, _, _]) => first,
            (2, [first @ .., _, _]) => first,
            (3, [first @ .., _]) => first,
            (_, all) => all,
        }
    }
}

impl Op {
    /// Which kind of operation it is: a small number, the same for all of a kind.
    pub fn kind(self) -> usize {
        match self {
            Self::Constant(_) => 0,
            Self::Input(_) => 1,
            Self::Parameter(_) => 2,
            Self::External(_) => 3,
            Self::Neg => 4,
            Self::Add => 5,
            Self::Sub => 6,
            Self::Mul => 7,
            Self::Div => 8,
            Self::Powi(_) => 9,
            Self::Truth(_) => 10,
            Self::Wide => 11,
            Self::Compare(_) => 12,
            Self::And => 13,
            Self::Or => 14,
            Self::Not => 15,
            Self::Select => 16,
            Self::Call { .. } => 17,
            Self::Reduce(_) => 18,
            Self::Length => 19,
            Self::Position => 20,
            Self::Softmax => 21,
            Self::LogSoftmax => 22,
            Self::Apply(primitive) => 23 + primitive as usize,
        }
    }

    /// What tells it from most others of its kind.
    fn detail(self) -> u64 {
        match self {
            Self::Constant(bits) => bits,
            Self::Input(n) | Self::Parameter(n) | Self::External(n) => n.into(),
            Self::Powi(n) => n as u64,
            Self::Compare(comparison) => comparison as u64,
            Self::Call { callee, part } => match part {
                Part::Partial(n) => 256 * u64::from(n) + u64::from(callee),
                _ => callee.into(),
            },
            Self::Reduce(reduction) => reduction as u64,
            _ => 0,
        }
    }
}

/// Which id a node has: a hash table of ids, open, in plain loops, which is what is fast without an optimizer.
#[derive(Debug, Default, Clone)]
struct Interner {
    /// Each the index of a node and one more, or 0 where there is none; a power of two of them.
    slots: Vec<u32>,
    /// The hash of each node, by its index.
    hashes: Vec<u64>,
}

impl Interner {
    fn hash(node: &Node) -> u64 {
        // The factor of the hash of Firefox and rustc.
        const FACTOR: u64 = 0x51_7c_c1_b7_27_22_0a_95;
        let mut hash = (node.op.kind() as u64).wrapping_mul(FACTOR) ^ node.op.detail();
        let mut i = 0;
        while i < node.arity as usize {
            hash = hash.wrapping_mul(FACTOR) ^ (hash >> 32) ^ u64::from(node.arguments[i].0);
            i += 1;
        }
        hash.wrapping_mul(FACTOR)
    }

    fn get(&self, nodes: &[Node], node: &Node) -> Option<Id> {
        if self.slots.is_empty() {
            return None;
        }
        let (slots, hashes, hash) = (self.slots.as_slice(), self.hashes.as_slice(), Self::hash(node));
        let mut place = Self::place(hash, slots.len());
        while slots[place] != 0 {
            let index = slots[place] as usize - 1;
            if hashes[index] == hash && nodes[index] == *node {
                return Some(Id(index as u32));
            }
            place = (place + 1) & (slots.len() - 1);
        }
        None
    }

    /// Takes in the node whose id is the next.
    fn insert(&mut self, node: &Node, id: Id) {
        self.hashes.push(Self::hash(node));
        // At most half of the slots are taken.
        if self.slots.len() < 2 * self.hashes.len() {
            self.slots = vec![0; (4 * self.hashes.len()).next_power_of_two().max(64)];
            for index in 0..self.hashes.len() - 1 {
                self.put(index as u32);
            }
        }
        self.put(id.0);
    }

    fn put(&mut self, index: u32) {
        let slots = self.slots.as_mut_slice();
        let mut place = Self::place(self.hashes[index as usize], slots.len());
        while slots[place] != 0 {
            place = (place + 1) & (slots.len() - 1);
        }
        slots[place] = index + 1;
    }

    /// The upper bits of a product are the best mixed.
    fn place(hash: u64, slots: usize) -> usize {
        (hash >> 32) as usize & (slots - 1)
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
    /// Whether a plain function will do.
    pub plain: bool,
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
    ids: Interner,
    /// The nodes that no rule of [`crate::rules`] applies to, as far as that was found out.
    pub(crate) plain: IdSet,
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
        if let Some(id) = self.ids.get(&self.nodes, &node) {
            return id;
        }
        let id = Id(self.nodes.len() as u32);
        let mut operations = Operations::of(op);
        for &argument in arguments {
            operations.0 |= self.operations(argument).0;
        }
        self.numbers.push(self.number_of(op, arguments));
        self.positive.push(self.is_positive_of(op, arguments));
        self.nodes.push(node);
        self.operations.push(operations);
        self.places.push(self.here);
        self.ids.insert(&node, id);
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
            Op::Reduce(Reduction::Spread) => false,
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
        self.ids.get(&self.nodes, &Node::new(op, arguments))
    }

    /// The number `value`.
    pub fn constant(&mut self, value: f64) -> Id {
        self.node(Op::Constant(value.to_bits()), &[])
    }

    /// All nodes, arguments before the nodes made of them.
    #[inline(always)]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The operation of a node.
    #[inline(always)]
    pub fn op(&self, id: Id) -> Op {
        self.nodes.as_slice()[id.index()].op
    }

    /// The arguments of a node.
    #[inline(always)]
    pub fn arguments(&self, id: Id) -> &[Id] {
        self.nodes.as_slice()[id.index()].arguments()
    }

    /// What the node is made of.
    #[inline(always)]
    pub fn operations(&self, id: Id) -> Operations {
        self.operations.as_slice()[id.index()]
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
    #[inline(always)]
    pub fn view(&self, id: Id) -> (Op, &[Id]) {
        let node = &self.nodes.as_slice()[id.index()];
        (node.op, node.arguments())
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

    /// The sum of the row whose [`Reduction::Spread`] a node is, if it is anywhere: whoever has one has the other.
    pub(crate) fn sum_beside(&self, spread: Id) -> Option<Id> {
        let (Op::Reduce(Reduction::Spread), &[row]) = self.view(spread) else { return None };
        self.find(Op::Reduce(Reduction::Sum), &[row])
    }

    /// A graph of these nodes and no others, arguments first, and where each of them is in it.
    pub(crate) fn only(&self, order: &[Id]) -> (Self, IdMap<Id>) {
        let (mut graph, mut places) = (Self::new(), IdMap::<Id>::default());
        for &id in order {
            let (op, arguments) = self.view(id);
            let arguments: Vec<Id> = arguments.iter().map(|&a| places.replacement(a)).collect();
            places.insert(id, graph.node(op, &arguments));
        }
        (graph, places)
    }

    /// The same, where some nodes are computed from others than their arguments.
    pub(crate) fn needed(&self, roots: &[Id], computed_from: impl Fn(Id) -> Node) -> Vec<Id> {
        let mut reached = vec![false; self.nodes.len()];
        let slice = reached.as_mut_slice();
        for root in roots {
            slice[root.index()] = true;
        }
        let (mut order, mut index) = (Vec::new(), slice.len());
        while index > 0 {
            index -= 1;
            if slice[index] {
                let id = Id(index as u32);
                order.push(id);
                for argument in computed_from(id).arguments() {
                    slice[argument.index()] = true;
                }
            }
        }
        order.reverse();
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
