//! What a function of rows gives, exactly or nearly so: its graph in extended numbers or in f64, node by node.

use std::borrow::Cow;

use activation_runtime::extended::Extended;
use activation_runtime::real::Real;

use super::interpret::Program;
use crate::columns::{Number, column};
use crate::evaluate;
use crate::graph::{Comparison, Id, Op, Reduction};
use crate::primitive::Primitive;
use crate::standard::Standard;

/// A number of 106 bits.
type Exact = Extended<f32>;

macro_rules! number {
    ($($name:ident: $new:expr;)*) => {$(
        impl Number for $name {
            fn new(value: f64) -> Self {
                $new(value)
            }
            fn powi(self, n: i32) -> Self {
                Real::powi(self, n)
            }
            fn mul_add(self, a: Self, b: Self) -> Self {
                self * a + b
            }
            fn apply(primitive: Primitive, arguments: [Self; 2]) -> Self {
                primitive.evaluate(&arguments)
            }
            fn compare(comparison: Comparison, a: Self, b: Self) -> Self {
                Self::new(f64::from(u8::from(evaluate::compare(comparison, a, b))))
            }
            fn select(mask: Self, then: Self, otherwise: Self) -> Self {
                if mask == Self::new(0.0) { otherwise } else { then }
            }
        }
    )*};
}

number! { Exact: Extended::from_f64; Standard: Standard; }

/// The results of a method for several sets of the numbers that it depends on, of rows of this length: one after the
/// other for each set.
pub(super) fn exact(program: &Program, sets: &[Vec<Vec<f64>>], row: usize) -> Vec<Vec<f64>> {
    results(program, sets, row, Exact::to_f64)
}

/// The same in f64.
pub(super) fn estimate(program: &Program, sets: &[Vec<Vec<f64>>], row: usize) -> Vec<Vec<f64>> {
    results(program, sets, row, |Standard(y)| y)
}

fn results<T: Number>(
    program: &Program,
    sets: &[Vec<Vec<f64>>],
    row: usize,
    to_f64: fn(T) -> f64,
) -> Vec<Vec<f64>> {
    // What is no row has one number a set.
    let mut columns: Vec<Vec<T>> = vec![Vec::new(); program.graph.nodes().len()];
    for id in program.graph.all() {
        columns[id.index()] = node(program, sets, row, id, &columns);
    }
    let mut results = vec![Vec::new(); sets.len()];
    for &root in &program.schedule.roots {
        let column = &columns[root.index()];
        let positions = if program.schedule.maps { sets.len() * row } else { column.len() };
        let column = at_every_position(column, positions);
        let length = column.len() / sets.len();
        for (i, &y) in column.iter().enumerate() {
            results[i / length].push(to_f64(y));
        }
    }
    results
}

fn node<T: Number>(
    program: &Program,
    sets: &[Vec<Vec<f64>>],
    row: usize,
    id: Id,
    columns: &[Vec<T>],
) -> Vec<T> {
    let positions = sets.len() * row;
    let length = if program.is_row(id) { positions } else { sets.len() };
    let (op, arguments) = program.graph.view(id);
    let same = |value: f64| vec![T::new(value); length];
    match op {
        Op::Input(_) => {
            let mut column = Vec::with_capacity(length);
            if let Some(leaf) = program.leaves.iter().position(|&leaf| leaf == Some(id)) {
                for set in sets {
                    for &number in &set[leaf] {
                        column.push(T::new(number));
                    }
                }
            }
            column
        }
        Op::Position => (0..positions).map(|i| T::new((i % row) as f64)).collect(),
        Op::Length => same(row as f64),
        Op::Truth(truth) => same(f64::from(u8::from(truth))),
        Op::Wide => same(1.0),
        Op::Constant(bits) => same(f64::from(f64::from_bits(bits) as f32)),
        Op::Parameter(n) => same(program.parameters[n as usize]),
        Op::Reduce(reduction) => {
            let column = at_every_position(&columns[arguments[0].index()], positions);
            column.chunks(row).map(|row| reduced(reduction, row)).collect()
        }
        _ => {
            let mut lengthened: [Cow<'_, [T]>; 3] = Default::default();
            for (lengthened, argument) in lengthened.iter_mut().zip(arguments) {
                *lengthened = at_every_position(&columns[argument.index()], length);
            }
            let lengthened = lengthened.each_ref().map(|column| &column[..]);
            column(op, &lengthened[..arguments.len()]).unwrap_or_else(|| same(f64::NAN))
        }
    }
}

/// A column of so many numbers: what has one number a set has it at every position.
fn at_every_position<T: Number>(column: &[T], length: usize) -> Cow<'_, [T]> {
    if column.len() == length {
        return Cow::from(column);
    }
    let times = length / column.len().max(1);
    let mut repeated = Vec::with_capacity(length);
    for &number in column {
        repeated.resize(repeated.len() + times, number);
    }
    Cow::from(repeated)
}

fn reduced<T: Number>(reduction: Reduction, row: &[T]) -> T {
    let fold = |step: fn(T, T) -> T| {
        let mut result = row[0];
        for &number in &row[1..] {
            result = step(result, number);
        }
        result
    };
    match reduction {
        Reduction::Sum => fold(|sum, x| sum + x),
        Reduction::Prod => fold(|product, x| product * x),
        Reduction::Min => fold(|min, x| T::apply(Primitive::Min, [min, x])),
        Reduction::Max | Reduction::Shift => fold(|max, x| T::apply(Primitive::Max, [max, x])),
        Reduction::Spread => {
            let mean = fold(|sum, x| sum + x) / T::new(row.len() as f64);
            row.iter().fold(T::new(0.0), |sum, &x| sum + (x - mean) * (x - mean))
        }
        // By its parts: it isn't computed as such.
        Reduction::LogSumExp => T::new(f64::NAN),
    }
}
