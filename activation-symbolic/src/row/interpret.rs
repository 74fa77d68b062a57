//! Functions of rows without compiling them: the graph itself as a [`RowKernel`], interpreted.
//!
//! What is interpreted are the passes that the expansion would make, by the runtime that it would run on.

use std::cell::RefCell;
use std::marker::PhantomData;

use activation_runtime::kernel::Info;
use activation_runtime::real::Real;
use activation_runtime::row::element::RowElement;
use activation_runtime::row::{
    At, Cell, Dot, Max, Min, Moments, Passes, Peak, Positive, Precision, Prod, Pullback, Pushforward,
    RowKernel, Shape, Sum, Value as ValuePasses, activation,
};

use super::build::Builder;
use super::schedule::{Schedule, schedule};
use super::{Derived, direction, is_mask, upstream};
use crate::evaluate::{Value, step};
use crate::function::Function;
use crate::graph::{Graph, Id, Op, Reduction};

/// Interpreted kernels have this many inputs; those beyond the function's own are zero.
pub(super) const INPUTS: usize = 4;

/// One method, ready to be interpreted: a graph of what it needs and nothing else.
pub(super) struct Program {
    pub(super) graph: Graph,
    rows: Vec<bool>,
    pub(super) schedule: Schedule,
    /// Before each pass, and after the last: the scalars that are known by then and weren't before.
    scalars: Vec<Vec<Id>>,
    /// In each pass, for each reduction: what it reduces.
    pieces: Vec<Vec<Piece>>,
    /// What is written at the end, where it is a row.
    last: Piece,
    /// The leaf of each input of the method, where it has a part in it.
    pub(super) leaves: Vec<Option<Id>>,
    upstream: Option<Id>,
    pub(super) parameters: Vec<f64>,
}

/// An element-wise piece of a program.
struct Piece {
    roots: Vec<Id>,
    /// What is computed at every position, arguments first.
    order: Vec<Id>,
    /// The scalars in it.
    scalars: Vec<Id>,
}

/// Value, vector–Jacobian product and Jacobian–vector product.
pub(super) fn programs(function: &Function, derived: &Derived) -> [Program; 3] {
    let signature = &function.signature;
    let n = signature.inputs.len();
    let parameters: Vec<f64> = signature
        .parameters
        .iter()
        .map(|p| p.default.as_ref().and_then(|(_, value)| *value).unwrap_or(1.0))
        .collect();
    let none = Op::Input(u8::MAX);
    let own = (0..INPUTS).map(|i| if i < n { Op::Input(i as u8) } else { none });
    let gradient = [upstream(n)];
    let directions = (0..INPUTS).map(|i| if i < n { direction(n, i) } else { none });
    let methods: [(Vec<Id>, bool, Vec<Op>); 3] = [
        (vec![derived.value], signature.returns_row, own.clone().collect()),
        (derived.pullback.clone(), true, own.clone().chain(gradient).collect()),
        (vec![derived.pushforward], signature.returns_row, own.chain(directions).collect()),
    ];
    methods.map(|(roots, maps, leaves)| {
        let mut builder: Builder = derived.builder.clone();
        let schedule = schedule(&mut builder, &roots, maps, |_| false);
        let order = builder.graph.topological(&roots);
        let (graph, places) = builder.graph.only(&order);
        let place = |&id: &Id| places.replacement(id);
        let leaf = |op: Op| graph.all().find(|&id| graph.op(id) == op);
        let mut program = Program {
            rows: order.iter().map(|&id| builder.is_row(id)).collect(),
            schedule: Schedule {
                passes: schedule.passes.iter().map(|pass| pass.iter().map(place).collect()).collect(),
                stored: Vec::new(),
                roots: roots.iter().map(place).collect(),
                maps,
            },
            scalars: Vec::new(),
            pieces: Vec::new(),
            last: Piece { roots: Vec::new(), order: Vec::new(), scalars: Vec::new() },
            leaves: leaves.into_iter().map(leaf).collect(),
            upstream: leaf(upstream(n)),
            parameters: parameters.clone(),
            graph,
        };
        program.plan();
        program
    })
}

impl Program {
    /// What is computed when.
    fn plan(&mut self) {
        let mut known = vec![false; self.rows.len()];
        for pass in 0..=self.schedule.passes.len() {
            let mut scalars = Vec::new();
            for id in self.graph.all().filter(|&id| !self.is_row(id)) {
                let is_ready = !matches!(self.graph.op(id), Op::Reduce(_))
                    && self.graph.arguments(id).iter().all(|a| known[a.index()]);
                if is_ready && !std::mem::replace(&mut known[id.index()], true) {
                    scalars.push(id);
                }
            }
            self.scalars.push(scalars);
            let reductions = self.schedule.passes.get(pass).map_or(&[][..], Vec::as_slice);
            self.pieces
                .push(reductions.iter().map(|&reduction| self.piece(&self.reduced(reduction))).collect());
            let beside = reductions.iter().filter_map(|&reduction| self.graph.sum_beside(reduction));
            for id in reductions.iter().copied().chain(beside) {
                known[id.index()] = true;
            }
        }
        self.last = self.piece(&self.schedule.roots);
    }

    /// What a reduction reduces: the factors of a dot product, or one row.
    fn reduced(&self, reduction: Id) -> Vec<Id> {
        let row = self.graph.arguments(reduction)[0];
        match (self.graph.op(reduction), self.graph.view(row)) {
            (Op::Reduce(Reduction::Sum), (Op::Mul, &[a, b])) if self.is_row(a) && self.is_row(b) => {
                vec![a, b]
            }
            _ => vec![row],
        }
    }

    /// An element-wise piece.
    fn piece(&self, roots: &[Id]) -> Piece {
        let (mut order, mut scalars) = (Vec::new(), Vec::new());
        let mut seen = vec![false; self.rows.len()];
        let mut stack = roots.to_vec();
        while let Some(id) = stack.pop() {
            let is_leaf = matches!(self.graph.op(id), Op::Constant(_) | Op::Parameter(_));
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            if self.is_row(id) || is_mask(&self.graph, id) || is_leaf {
                order.push(id);
                stack.extend(self.graph.arguments(id));
            } else {
                scalars.push(id);
            }
        }
        order.sort_unstable();
        Piece { roots: roots.to_vec(), order, scalars }
    }

    pub(super) fn is_row(&self, id: Id) -> bool {
        self.rows[id.index()]
    }

    /// A leaf that is no row.
    fn leaf<R: Real>(&self, op: Op, length: R) -> Option<R> {
        match op {
            Op::Constant(bits) => {
                let value = f64::from_bits(bits);
                Some(length.constant(f64::from(value as f32)))
            }
            Op::Parameter(n) => Some(length.constant(self.parameters[n as usize])),
            Op::Length => Some(length),
            _ => None,
        }
    }

    /// All passes; the final scalar, if it is one.
    fn run<R: Cell<Scalar = S>, S: Real, I: Shape, O: Shape>(&self, p: &mut Passes<'_, R, I, O>) {
        let mut scalars: Vec<Value<S>> = vec![Value::Opaque; self.rows.len()];
        for (pass, pieces) in self.pieces.iter().enumerate() {
            for &id in &self.scalars[pass] {
                scalars[id.index()] = if Some(id) == self.upstream {
                    Value::Number(p.upstream())
                } else {
                    step(&self.graph, id, &|op| self.leaf(op, p.length()), &scalars)
                };
            }
            for (i, piece) in pieces.iter().enumerate() {
                let reduction = self.schedule.passes[pass][i];
                let Op::Reduce(kind) = self.graph.op(reduction) else { continue };
                let cells = piece.cells(p, &scalars);
                let row = piece.roots[0];
                let values = |at: &At<R, I, O>| cells.values(self, at);
                scalars[reduction.index()] = Value::Number(match kind {
                    Reduction::Sum if piece.roots.len() == 2 => p.reduce(|at| {
                        let factors = values(&at);
                        Dot(factors[0], factors[1])
                    }),
                    Reduction::Sum if self.graph.is_positive(row) => p.reduce(|at| Positive(values(&at)[0])),
                    Reduction::Sum => p.reduce(|at| Sum(values(&at)[0])),
                    Reduction::Prod => p.reduce(|at| Prod(values(&at)[0])),
                    Reduction::Min => p.reduce(|at| Min(values(&at)[0])),
                    Reduction::Spread => {
                        let (sum, spread) = p.reduce(|at| Moments(values(&at)[0]));
                        if let Some(beside) = self.graph.sum_beside(reduction) {
                            scalars[beside.index()] = Value::Number(sum);
                        }
                        spread
                    }
                    Reduction::Shift => p.reduce(|at| Peak(values(&at)[0])),
                    _ => p.reduce(|at| Max(values(&at)[0])),
                });
            }
        }
        if self.schedule.maps {
            let cells = self.last.cells(p, &scalars);
            p.map(|at| {
                let values = cells.values(self, &at);
                O::from_fn(|i| values.get(i).copied().unwrap_or(at.position.constant(0.0)))
            });
        } else if let Value::Number(result) = scalars[self.schedule.roots[0].index()] {
            p.give(result);
        }
    }
}

impl Piece {
    /// Room for what is computed, with the scalars in it at every position.
    fn cells<R: Cell<Scalar = S>, S: Real, I: Shape, O: Shape>(
        &self,
        p: &mut Passes<'_, R, I, O>,
        scalars: &[Value<S>],
    ) -> Cells<'_, R> {
        let mut values = vec![Value::Opaque; scalars.len()];
        for id in &self.scalars {
            if let Value::Number(scalar) = scalars[id.index()] {
                values[id.index()] = Value::Number(p.splat(scalar));
            }
        }
        Cells { piece: self, values: RefCell::new(values) }
    }
}

/// An element-wise piece at one position after the other.
struct Cells<'a, R: Real> {
    piece: &'a Piece,
    /// The scalars that it is made of, and what has been computed of the nodes at the last position.
    values: RefCell<Vec<Value<R>>>,
}

impl<R: Real> Cells<'_, R> {
    fn values<I: Shape, O: Shape>(&self, program: &Program, at: &At<R, I, O>) -> Vec<R> {
        let mut values = self.values.borrow_mut();
        let values = values.as_mut_slice();
        let (leaves, mut input) = (program.leaves.as_slice(), 0);
        I::each(&at.input, |number| {
            if let Some(leaf) = leaves[input] {
                values[leaf.index()] = Value::Number(number);
            }
            input += 1;
        });
        let (order, mut i) = (self.piece.order.as_slice(), 0);
        while i < order.len() {
            let id = order[i];
            match program.graph.op(id) {
                Op::Input(_) => {}
                Op::Position => values[id.index()] = Value::Number(at.position),
                _ => {
                    values[id.index()] =
                        step(&program.graph, id, &|op| program.leaf(op, at.position), values);
                }
            }
            i += 1;
        }
        let nothing = at.position.constant(f64::NAN);
        self.piece.roots.iter().map(|root| values[root.index()].number().unwrap_or(nothing)).collect()
    }
}

/// What an interpreted kernel is computed in.
pub(super) trait Carried {
    const PRECISION: Precision;
}

macro_rules! carried {
    ($($name:ident)*) => {$(
        #[derive(Debug, Clone, Copy)]
        pub(super) struct $name;

        impl Carried for $name {
            const PRECISION: Precision = Precision::$name;
        }
    )*};
}

carried! { Own Double }
#[cfg(test)]
carried! { Short Adaptive Bounded Extended }

/// The graph as a kernel.
pub(super) struct Interpreted<'a, Output, P> {
    programs: &'a [Program; 3],
    output: PhantomData<fn() -> (Output, P)>,
}

impl<'a, Output, P: Carried> Interpreted<'a, Output, P> {
    pub(super) fn new(programs: &'a [Program; 3], _: P) -> Self {
        Self { programs, output: PhantomData }
    }
}

impl<Output: Shape, P: Carried> RowKernel<INPUTS> for Interpreted<'_, Output, P> {
    type Output = Output;
    const INFO: Info = Info::new("", "", "");
    const PRECISION: [Precision; 3] = [P::PRECISION; 3];

    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut ValuePasses<'_, R, INPUTS, Output>) {
        self.programs[0].run(p);
    }
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, INPUTS, Output>) {
        self.programs[1].run(p);
    }
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, INPUTS, Output>) {
        self.programs[2].run(p);
    }
}

/// All outputs of a method.
pub(super) fn apply<K: RowKernel<INPUTS>, T: RowElement>(
    kernel: &K,
    method: usize,
    numbers: &[Vec<T>],
    row: usize,
) -> Vec<T> {
    let x: [&[T]; INPUTS] = core::array::from_fn(|i| &numbers[i][..]);
    let mut y = vec![
        T::default();
        if method == 1 { INPUTS * row } else { K::Output::LEN * row + (1 - K::Output::LEN) }
    ];
    // The shapes are ours, and right.
    let _ = match method {
        0 => activation::forward(kernel, x, row, &mut y),
        1 => {
            let mut parts = y.chunks_mut(row);
            let dx = core::array::from_fn(|_| parts.next().unwrap_or_default());
            activation::backward(kernel, x, row, &numbers[INPUTS], dx)
        }
        _ => activation::jvp(kernel, x, row, core::array::from_fn(|i| &numbers[INPUTS + i][..]), &mut y),
    };
    y
}
