//! Whether a function of f32 rows can be computed in f32: decided by trying, beside extended precision.
//!
//! The graph itself is interpreted ([`super::interpret`]): what is judged is what the runtime does with the expansion,
//! its own detection of trouble included. An error counts when it exceeds what a change of the inputs by a few ε would
//! make; a spelling that cancels, such as mean(x²) − mean(x)², does so on the first sample.

use activation_runtime::row::{ORDINARY, Precision, RowKernel, SHORT, Shape, ToRow, ToScalar};

use super::Derived;
use super::interpret::{Double, Extended, INPUTS, Interpreted, Own, Program, apply, programs};
use crate::function::{Element, Function};
use crate::graph::{Id, Op};
use crate::random::Random;

/// The lengths of the rows that are tried, those of one and of two numbers thrice, as they cancel most often; where the short ones
/// fail, those of [`SHORT`] elements may still do.
const LENGTHS: [usize; 8] = [1, 1, 1, 2, 2, 2, 3, SHORT];
/// ε of f32.
const EPSILON: f64 = 1.0 / (1 << 24) as f64;

/// What value, vector–Jacobian product and Jacobian–vector product have to be computed in.
pub(super) fn precision(function: &Function, derived: &Derived) -> [Precision; 3] {
    let all: Vec<Id> =
        [derived.value, derived.pushforward].into_iter().chain(derived.pullback.clone()).collect();
    // What is known of nothing but its name is computed in numbers that leave room for what it may need.
    if function.signature.element == Element::F32 && !derived.builder.calls.is_empty() {
        return [Precision::Double; 3];
    }
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

/// Rows to try: the inputs, an incoming gradient, a tangent of each input.
struct Sample {
    x: [Vec<f32>; INPUTS],
    dy: Vec<f32>,
    v: [Vec<f32>; INPUTS],
    row: usize,
}

impl Sample {
    fn is_ordinary(&self, inputs: usize) -> bool {
        let largest = |row: &Vec<f32>| row.iter().fold(0.0, |largest: f32, x| largest.max(x.abs()));
        self.x[..inputs].iter().all(|row| ORDINARY.contains(&largest(row).into()))
    }

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

/// Rows of ordinary numbers, of numbers of very different sizes, far from 0, positive, huge and tiny ones.
fn samples(inputs: usize, returns_row: bool) -> Vec<Sample> {
    let mut random = Random::new();
    let mut uniform = || random.next() as f32 * 2.0 - 1.0;
    let any: fn(f32) -> f32 = |u| u;
    let positive: fn(f32) -> f32 = f32::abs;
    // Of very different sizes.
    let uneven: fn(f32) -> f32 = |u| u.powi(5);
    let kinds = [
        (2.0, 0.0, any),
        (2.0, 0.0, uneven),
        (1.0, 0.0, positive),
        (0.1, 0.5, any),
        (3.0, 0.0, any),
        (1.0, 300.0, any),
        (4.0, 0.0, positive),
        (2.0, 1000.0, any),
        (1e30, 0.0, any),
        (1e-30, 0.0, any),
    ];
    let alike = kinds.map(|kind| [kind, kind]);
    // Far apart, and the first row from the others.
    let others = (1.0, 0.0, positive);
    let apart = [
        [(150.0, 0.0, any), (150.0, 0.0, any)],
        [(2.0, 1000.0, any), others],
        [(1e30, 0.0, any), others],
        [(1e-30, 0.0, any), others],
    ];
    let apart = &apart[..if inputs > 1 { apart.len() } else { 1 }];
    let kinds = LENGTHS.into_iter().flat_map(|row| alike.iter().map(move |kinds| (row, kinds)));
    let kinds =
        kinds.chain([2, 3, SHORT].into_iter().flat_map(|row| apart.iter().map(move |kinds| (row, kinds))));
    kinds
        .map(|(length, &[first, others])| {
            let mut row = |i: usize, len: usize, (scale, offset, shape): Kind| -> Vec<f32> {
                (0..len).map(|_| if i < inputs { shape(uniform()) * scale + offset } else { 0.0 }).collect()
            };
            let weights = (1.5, 0.0, first.2);
            Sample {
                x: core::array::from_fn(|i| row(i, length, if i == 0 { first } else { others })),
                dy: row(0, if returns_row { length } else { 1 }, weights),
                v: core::array::from_fn(|i| row(i, length, weights)),
                row: length,
            }
        })
        .collect()
}

/// Numbers as large as the first of these, moved by the second, of that shape.
type Kind = (f32, f32, fn(f32) -> f32);

fn judge<O: Shape>(function: &Function, programs: &[Program; 3]) -> [Precision; 3] {
    let own = Interpreted::<O, _>::new(programs, Own);
    let double = Interpreted::<O, _>::new(programs, Double);
    let exact = Interpreted::<O, _>::new(programs, Extended);
    let inputs = function.signature.inputs.len();
    let samples = samples(inputs, function.signature.returns_row);
    core::array::from_fn(|method| {
        let fails_in_double = |sample: &&Sample| fails(&double, &exact, method, sample);
        let fails = |sample: &&Sample| fails(&own, &exact, method, sample);
        let (short, long): (Vec<&Sample>, Vec<&Sample>) =
            samples.iter().partition(|sample| sample.row < SHORT);
        let wrong: Vec<&Sample> = long.iter().copied().filter(fails).collect();
        let (ordinary, other): (Vec<&Sample>, Vec<&Sample>) =
            wrong.iter().partition(|sample| sample.is_ordinary(inputs));
        if ordinary.iter().any(fails_in_double) {
            Precision::Bounded
        } else if other.iter().any(fails_in_double) {
            Precision::Adaptive
        } else if !wrong.is_empty() {
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
