//! What a function of rows gives exactly: its graph in extended numbers, node by node.

use activation_runtime::extended::Extended;
use activation_runtime::real::Real;

use super::interpret::Program;
use crate::columns::{Number, column};
use crate::evaluate;
use crate::graph::{Comparison, Id, Op, Reduction};
use crate::primitive::Primitive;

/// A number of 106 bits.
type Exact = Extended<f32>;

impl Number for Exact {
    fn new(value: f64) -> Self {
        Self::from_f64(value)
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
        Self::from_f64(f64::from(u8::from(evaluate::compare(comparison, a, b))))
    }
    fn select(mask: Self, then: Self, otherwise: Self) -> Self {
        if mask == Self::from_f64(0.0) { otherwise } else { then }
    }
}

/// The results of a method for several sets of the numbers that it depends on, of rows of this length: one after the
/// other for each set.
pub(super) fn exact(program: &Program, sets: &[Vec<Vec<f64>>], row: usize) -> Vec<Vec<f64>> {
    // What is no row has one number a set.
    let mut columns: Vec<Vec<Exact>> = vec![Vec::new(); program.graph.nodes().len()];
    for id in program.graph.all() {
        columns[id.index()] = node(program, sets, row, id, &columns);
    }
    let roots = program.schedule.roots.iter().map(|&root| {
        let column = &columns[root.index()];
        if program.schedule.maps { at_every_position(column, sets.len() * row) } else { column.clone() }
    });
    let roots: Vec<Vec<Exact>> = roots.collect();
    let of_set = |set: usize| {
        let numbers = roots.iter().filter_map(|root| root.chunks(root.len() / sets.len()).nth(set));
        numbers.flatten().map(|y| y.to_f64()).collect()
    };
    (0..sets.len()).map(of_set).collect()
}

fn node(program: &Program, sets: &[Vec<Vec<f64>>], row: usize, id: Id, columns: &[Vec<Exact>]) -> Vec<Exact> {
    let positions = sets.len() * row;
    let length = if program.is_row(id) { positions } else { sets.len() };
    let (op, arguments) = program.graph.view(id);
    let same = |value: f64| vec![Exact::from_f64(value); length];
    match op {
        Op::Input(_) => {
            let leaf = program.leaves.iter().position(|&leaf| leaf == Some(id));
            let of_set = |set: &Vec<Vec<f64>>| leaf.map_or_else(Vec::new, |leaf| set[leaf].clone());
            sets.iter().flat_map(of_set).map(Exact::from_f64).collect()
        }
        Op::Position => (0..positions).map(|i| Exact::from_f64((i % row) as f64)).collect(),
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
            let arguments =
                arguments.iter().map(|argument| at_every_position(&columns[argument.index()], length));
            let arguments: Vec<Vec<Exact>> = arguments.collect();
            let arguments: Vec<&[Exact]> = arguments.iter().map(Vec::as_slice).collect();
            column(op, &arguments).unwrap_or_else(|| same(f64::NAN))
        }
    }
}

/// A column of so many numbers: what has one number a set has it at every position.
fn at_every_position(column: &[Exact], length: usize) -> Vec<Exact> {
    if column.len() == length {
        return column.to_vec();
    }
    let times = length / column.len().max(1);
    column.iter().flat_map(|&number| std::iter::repeat_n(number, times)).collect()
}

fn reduced(reduction: Reduction, row: &[Exact]) -> Exact {
    let fold = |step: fn(Exact, Exact) -> Exact| {
        let mut result = row[0];
        for &number in &row[1..] {
            result = step(result, number);
        }
        result
    };
    match reduction {
        Reduction::Sum => fold(|sum, x| sum + x),
        Reduction::Prod => fold(|product, x| product * x),
        Reduction::Min => fold(|min, x| Exact::apply(Primitive::Min, [min, x])),
        Reduction::Max | Reduction::Shift => fold(|max, x| Exact::apply(Primitive::Max, [max, x])),
        Reduction::Spread => {
            let mean = fold(|sum, x| sum + x) / Exact::from_f64(row.len() as f64);
            row.iter().fold(Exact::from_f64(0.0), |sum, &x| sum + (x - mean) * (x - mean))
        }
        // By its parts: it isn't computed as such.
        Reduction::LogSumExp => Exact::from_f64(f64::NAN),
    }
}
