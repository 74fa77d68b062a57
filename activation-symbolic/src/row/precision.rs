//! Whether a function of f32 rows can be computed in f32: decided by trying, beside extended precision.
//!
//! The graph itself is a [`RowKernel`], interpreted: what is judged is what the runtime does with the expansion, its
//! own detection of trouble included. An error counts when it exceeds what a change of the inputs by a few ε would
//! make; a spelling that cancels, such as mean(x²) − mean(x)², does so on the first sample.

use std::collections::HashMap;

use activation_runtime::kernel::Info;
use activation_runtime::real::Real;
use activation_runtime::row::{
    At, Cell, Dot, Max, Min, Passes, Peak, Precision, Prod, Pullback, Pushforward, RowKernel, SHORT, Shape,
    Sum, ToRow, ToScalar, Value as ValuePasses, activation,
};

use super::build::Builder;
use super::schedule::{Schedule, schedule};
use super::{Derived, direction, is_mask, upstream};
use crate::evaluate::{Value, step};
use crate::function::{Element, Function};
use crate::graph::{Graph, Id, Op, Reduction};

/// Interpreted kernels have this many inputs; those beyond the function's own are zero.
const INPUTS: usize = 4;
/// The lengths of the rows that are tried; where all the short ones fail, those of [`SHORT`] elements may still do.
const LENGTHS: [usize; 3] = [2, 3, SHORT];
/// ε of f32.
const EPSILON: f64 = 1.0 / (1 << 24) as f64;

/// What value, vector–Jacobian product and Jacobian–vector product have to be computed in.
pub(super) fn precision(function: &Function, derived: &Derived) -> [Precision; 3] {
    let all: Vec<Id> =
        [derived.value, derived.pushforward].into_iter().chain(derived.pullback.clone()).collect();
    let opaque = |op: Op| matches!(op, Op::External(_) | Op::Call { .. });
    if function.signature.element == Element::F64
        || all.iter().any(|&root| derived.builder.graph.depends(root, opaque))
    {
        return [Precision::Own; 3];
    }
    let programs = programs(function, derived);
    if function.signature.returns_row {
        judge::<ToRow>(function, &programs)
    } else {
        judge::<ToScalar>(function, &programs)
    }
}

/// One method, ready to be interpreted.
struct Program {
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

fn programs(function: &Function, derived: &Derived) -> [Program; 3] {
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
        let schedule = schedule(&mut builder, &roots, maps);
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
                scalars[id.index()] = step(&self.graph, id, |op| self.leaf(op, p.length()), scalars);
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
        let mut splats = HashMap::new();
        let mut stack = roots.to_vec();
        while let Some(id) = stack.pop() {
            let is_leaf = matches!(self.graph.op(id), Op::Constant(_) | Op::Parameter(_));
            if order.contains(&id) {
                continue;
            }
            if self.is_row(id) || is_mask(&self.graph, id) || is_leaf {
                order.push(id);
                stack.extend(self.graph.arguments(id));
            } else if let Value::Number(scalar) = scalars[id.index()] {
                splats.insert(id, p.splat(scalar));
            }
        }
        order.sort_unstable();
        Piece { order, splats, roots: roots.to_vec() }
    }
}

/// An element-wise piece of a program.
struct Piece<R> {
    order: Vec<Id>,
    splats: HashMap<Id, R>,
    roots: Vec<Id>,
}

impl<R: Real> Piece<R> {
    fn values<I: Shape, O: Shape>(&self, program: &Program, at: &At<R, I, O>) -> Vec<R> {
        let mut values: Vec<Value<R>> = vec![Value::Opaque; program.graph.nodes().len()];
        for (id, splat) in &self.splats {
            values[id.index()] = Value::Number(*splat);
        }
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
                        step(&program.graph, id, |op| program.leaf(op, at.position), &values);
                }
            }
        }
        let nothing = at.position.constant(f64::NAN);
        self.roots.iter().map(|root| values[root.index()].number().unwrap_or(nothing)).collect()
    }
}

/// The graph as a kernel.
struct Interpreted<'a, Output, const EXACT: bool> {
    programs: &'a [Program; 3],
    output: core::marker::PhantomData<fn() -> Output>,
}

impl<Output: Shape, const EXACT: bool> RowKernel<INPUTS> for Interpreted<'_, Output, EXACT> {
    type Output = Output;
    const INFO: Info = Info::new("", "", "");
    const PRECISION: [Precision; 3] = [if EXACT { Precision::Extended } else { Precision::Own }; 3];

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

/// Rows to try: the inputs, an incoming gradient, a tangent of each input.
struct Sample {
    x: [Vec<f32>; INPUTS],
    dy: Vec<f32>,
    v: [Vec<f32>; INPUTS],
    row: usize,
}

impl Sample {
    /// The numbers that the i-th method depends on.
    fn numbers(&self, method: usize) -> Vec<Vec<f64>> {
        let wide = |row: &Vec<f32>| row.iter().map(|&x| f64::from(x)).collect::<Vec<f64>>();
        let mut numbers: Vec<Vec<f64>> = self.x.iter().map(wide).collect();
        match method {
            1 => numbers.push(wide(&self.dy)),
            2 => numbers.extend(self.v.iter().map(wide)),
            _ => {}
        }
        numbers
    }
}

/// Rows of ordinary numbers, of numbers far from 0, positive, huge and tiny ones.
fn samples(inputs: usize, returns_row: bool) -> Vec<Sample> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1 << 23) as f32 - 1.0
    };
    let kinds: [(f32, f32, bool); 10] = [
        (2.0, 0.0, false),
        (2.0, 0.0, false),
        (1.0, 0.0, true),
        (0.1, 0.5, false),
        (3.0, 0.0, false),
        (1.0, 300.0, false),
        (4.0, 0.0, true),
        (2.0, 1000.0, false),
        (1e30, 0.0, false),
        (1e-30, 0.0, false),
    ];
    let kinds = LENGTHS.into_iter().flat_map(|row| kinds.map(|kind| (row, kind)));
    kinds
        .map(|(length, (scale, offset, positive))| {
            let mut row = |i: usize, len: usize, scale: f32, offset: f32| -> Vec<f32> {
                let number = |u: f32| if positive { u.abs() * scale + offset } else { u * scale + offset };
                (0..len).map(|_| if i < inputs { number(uniform()) } else { 0.0 }).collect()
            };
            Sample {
                x: core::array::from_fn(|i| row(i, length, scale, offset)),
                dy: row(0, if returns_row { length } else { 1 }, 1.5, 0.0),
                v: core::array::from_fn(|i| row(i, length, 1.5, 0.0)),
                row: length,
            }
        })
        .collect()
}

fn judge<O: Shape>(function: &Function, programs: &[Program; 3]) -> [Precision; 3] {
    let own = Interpreted::<O, false> { programs, output: core::marker::PhantomData };
    let exact = Interpreted::<O, true> { programs, output: core::marker::PhantomData };
    let inputs = function.signature.inputs.len();
    let samples = samples(inputs, function.signature.returns_row);
    core::array::from_fn(|method| {
        let fails = |sample: &&Sample| fails(&own, &exact, method, sample);
        let (short, long): (Vec<&Sample>, Vec<&Sample>) =
            samples.iter().partition(|sample| sample.row < SHORT);
        if long.iter().any(fails) {
            Precision::Double
        } else if short.iter().any(fails) {
            Precision::Short
        } else {
            Precision::Own
        }
    })
}

/// Whether the errors of a kernel exceed what they may be.
fn fails<K: RowKernel<INPUTS>, X: RowKernel<INPUTS>>(
    own: &K,
    exact: &X,
    method: usize,
    sample: &Sample,
) -> bool {
    // Half of what is promised.
    let allowed = |unit: f64| 4.0 * EPSILON * unit + f64::from(f32::MIN_POSITIVE);
    let numbers = sample.numbers(method);
    let single: Vec<Vec<f32>> = numbers.iter().map(|row| row.iter().map(|&x| x as f32).collect()).collect();
    let (found, truth) =
        (apply(own, method, &single, sample.row), apply(exact, method, &numbers, sample.row));
    let errors: Vec<f64> = found.iter().zip(&truth).map(|(&y, truth)| (f64::from(y) - truth).abs()).collect();
    let suspicious = |(error, truth): (&f64, &f64)| error.is_nan() || *error > allowed(truth.abs());
    if truth.iter().any(|y| y.is_nan() || y.abs() > f64::from(f32::MAX))
        || !errors.iter().zip(&truth).any(suspicious)
    {
        return false;
    }
    let unit = unit(exact, method, &numbers, sample.row, &truth);
    errors.iter().zip(unit).any(|(&error, unit)| error.is_nan() || error > allowed(unit))
}

/// |y| + Σ |z·∂y/∂z| over all numbers z that y depends on.
fn unit<K: RowKernel<INPUTS>>(
    exact: &K,
    method: usize,
    numbers: &[Vec<f64>],
    row: usize,
    truth: &[f64],
) -> Vec<f64> {
    let step = 2f64.powi(-20);
    let mut unit: Vec<f64> = truth.iter().map(|y| y.abs()).collect();
    for (i, numbers_of_row) in numbers.iter().enumerate() {
        for (j, &z) in numbers_of_row.iter().enumerate().filter(|(_, z)| **z != 0.0) {
            let mut moved = numbers.to_vec();
            moved[i][j] = z * (1.0 + step);
            for ((unit, moved), truth) in unit.iter_mut().zip(apply(exact, method, &moved, row)).zip(truth) {
                *unit += (moved - truth).abs() / step;
            }
        }
    }
    unit
}

/// All outputs of a method.
fn apply<K: RowKernel<INPUTS>, T: activation_runtime::row::cell::RowFloat>(
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
