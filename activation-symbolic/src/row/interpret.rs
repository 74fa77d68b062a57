//! Functions of rows without compiling them: the graph itself as a [`RowKernel`], interpreted.
//!
//! What is interpreted are the passes that the expansion would make, by the runtime that it would run on.

use std::cell::RefCell;
use std::marker::PhantomData;

use activation_runtime::kernel::Info;
use activation_runtime::real::Real;
use activation_runtime::row::element::RowElement;
use activation_runtime::row::{
    At, Cell, Dot, Max, Min, Passes, Peak, Positive, Precision, Prod, Pullback, Pushforward, RowKernel,
    Shape, Sum, Value as ValuePasses, activation,
};

use super::build::Builder;
use super::schedule::{Schedule, schedule};
use super::{Derived, direction, is_mask, upstream};
use crate::evaluate::{Value, step};
use crate::function::Function;
use crate::graph::{Graph, Id, Op, Reduction};

/// Interpreted kernels have this many inputs; those beyond the function's own are zero.
pub(super) const INPUTS: usize = 4;

/// One method, ready to be interpreted.
pub(super) struct Program {
    graph: Graph,
    rows: Vec<bool>,
    schedule: Schedule,
    /// All nodes needed, arguments first.
    order: Vec<Id>,
    /// The leaf of each input of the method.
    leaves: Vec<Id>,
    upstream: Id,
    parameters: Vec<f64>,
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
        let leaves = leaves.into_iter().map(|op| builder.graph.node(op, &[])).collect();
        let upstream = builder.graph.node(upstream(n), &[]);
        let schedule = schedule(&mut builder, &roots, maps, |_| false);
        let order = builder.graph.topological(&roots);
        let rows = order.iter().map(|id| id.index() + 1).max().unwrap_or(0);
        let rows = builder.rows_up_to(rows);
        Program {
            graph: builder.graph,
            rows,
            schedule,
            order,
            leaves,
            upstream,
            parameters: parameters.clone(),
        }
    })
}

impl Program {
    fn is_row(&self, id: Id) -> bool {
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
        let mut scalars: Vec<Value<S>> = vec![Value::Opaque; self.graph.nodes().len()];
        for pass in 0..=self.schedule.passes.len() {
            self.scalars(p, &mut scalars);
            let Some(reductions) = self.schedule.passes.get(pass) else { break };
            for &reduction in reductions {
                let row = self.graph.arguments(reduction)[0];
                let Op::Reduce(kind) = self.graph.op(reduction) else { continue };
                let result = match (kind, self.graph.view(row)) {
                    (Reduction::Sum, (Op::Mul, &[a, b])) if self.is_row(a) && self.is_row(b) => {
                        let piece = self.piece(p, &[a, b], &scalars);
                        p.reduce(|at| {
                            let factors = piece.values(self, &at);
                            Dot(factors[0], factors[1])
                        })
                    }
                    _ => {
                        let piece = self.piece(p, &[row], &scalars);
                        match kind {
                            Reduction::Sum if self.graph.is_positive(row) => {
                                p.reduce(|at| Positive(piece.values(self, &at)[0]))
                            }
                            Reduction::Sum => p.reduce(|at| Sum(piece.values(self, &at)[0])),
                            Reduction::Prod => p.reduce(|at| Prod(piece.values(self, &at)[0])),
                            Reduction::Min => p.reduce(|at| Min(piece.values(self, &at)[0])),
                            Reduction::Shift => p.reduce(|at| Peak(piece.values(self, &at)[0])),
                            _ => p.reduce(|at| Max(piece.values(self, &at)[0])),
                        }
                    }
                };
                scalars[reduction.index()] = Value::Number(result);
            }
        }
        let roots = &self.schedule.roots;
        if self.schedule.maps {
            let piece = self.piece(p, roots, &scalars);
            p.map(|at| {
                let values = piece.values(self, &at);
                O::from_fn(|i| values.get(i).copied().unwrap_or(at.position.constant(0.0)))
            });
        } else if let Value::Number(result) = scalars[roots[0].index()] {
            p.give(result);
        }
    }

    /// Evaluates the scalars that are known by now.
    fn scalars<R: Cell<Scalar = S>, S: Real, I: Shape, O: Shape>(
        &self,
        p: &Passes<'_, R, I, O>,
        scalars: &mut [Value<S>],
    ) {
        for &id in &self.order {
            if id == self.upstream && !self.is_row(id) {
                scalars[id.index()] = Value::Number(p.upstream());
            } else if !self.is_row(id) && !matches!(self.graph.op(id), Op::Reduce(_)) {
                scalars[id.index()] = step(&self.graph, id, &|op| self.leaf(op, p.length()), scalars);
            }
        }
    }

    /// An element-wise piece, with the scalars in it at every position.
    fn piece<R: Cell<Scalar = S>, S: Real, I: Shape, O: Shape>(
        &self,
        p: &mut Passes<'_, R, I, O>,
        roots: &[Id],
        scalars: &[Value<S>],
    ) -> Piece<R> {
        let mut order: Vec<Id> = Vec::new();
        let mut values = vec![Value::Opaque; self.graph.nodes().len()];
        let mut seen = vec![false; values.len()];
        let mut stack = roots.to_vec();
        while let Some(id) = stack.pop() {
            let is_leaf = matches!(self.graph.op(id), Op::Constant(_) | Op::Parameter(_));
            if std::mem::replace(&mut seen[id.index()], true) {
                continue;
            }
            if self.is_row(id) || is_mask(&self.graph, id) || is_leaf {
                order.push(id);
                stack.extend(self.graph.arguments(id));
            } else if let Value::Number(scalar) = scalars[id.index()] {
                values[id.index()] = Value::Number(p.splat(scalar));
            }
        }
        order.sort_unstable();
        Piece { order, values: RefCell::new(values), roots: roots.to_vec() }
    }
}

/// An element-wise piece of a program.
struct Piece<R: Real> {
    order: Vec<Id>,
    /// The scalars that it is made of, and what has been computed of the nodes at the last position.
    values: RefCell<Vec<Value<R>>>,
    roots: Vec<Id>,
}

impl<R: Real> Piece<R> {
    fn values<I: Shape, O: Shape>(&self, program: &Program, at: &At<R, I, O>) -> Vec<R> {
        let mut values = self.values.borrow_mut();
        let mut inputs = Vec::new();
        I::each(&at.input, |input| inputs.push(input));
        for (leaf, input) in program.leaves.iter().zip(inputs) {
            values[leaf.index()] = Value::Number(input);
        }
        for &id in &self.order {
            match program.graph.op(id) {
                Op::Input(_) => {}
                Op::Position => values[id.index()] = Value::Number(at.position),
                _ => {
                    values[id.index()] =
                        step(&program.graph, id, &|op| program.leaf(op, at.position), &values);
                }
            }
        }
        let nothing = at.position.constant(f64::NAN);
        self.roots.iter().map(|root| values[root.index()].number().unwrap_or(nothing)).collect()
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

carried! { Own Double Extended }
#[cfg(test)]
carried! { Short Adaptive Bounded }

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
