//! Whether a function of f32 rows can be computed in f32: decided by trying, beside extended precision.
//!
//! The graph itself is interpreted ([`super::interpret`]): what is judged is what the runtime does with the expansion,
//! its own detection of trouble included. An error counts when it exceeds what a change of the inputs by a few ε would
//! make; a spelling that cancels, such as mean(x²) − mean(x)², does so on the first sample.

use std::cell::OnceCell;

use activation_runtime::row::{ORDINARY, Precision, RowKernel, SHORT, Shape, ToRow, ToScalar};

use super::Derived;
use super::exact::{estimate, exact};
use super::interpret::{Double, INPUTS, Interpreted, Own, Program, apply, programs};
use crate::function::{Element, Function};
use crate::graph::{Id, Op};
use crate::random::Random;

/// The lengths of the rows that are tried, those of one and of two numbers thrice, as they cancel most often; where the short ones
/// fail, those of [`SHORT`] elements may still do.
const LENGTHS: [usize; 8] = [1, 1, 1, 2, 2, 2, 3, SHORT];
/// ε of f32.
const EPSILON: f64 = 1.0 / (1 << 24) as f64;
/// By how much numbers are changed, relative to them, to see what depends on them.
const STEP: f64 = 1.0 / (1 << 20) as f64;
/// The relative error of results in f64 up to which their changes are taken from them: it costs these three digits.
const LOST: f64 = STEP / (1 << 10) as f64;
/// So many times all numbers are changed at once, before each is changed alone.
const PROBES: usize = 3;

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
    let inputs = function.signature.inputs.len();
    let samples = samples(inputs, function.signature.returns_row);
    let (short, long): (Vec<&Sample>, Vec<&Sample>) = samples.iter().partition(|sample| sample.row < SHORT);
    core::array::from_fn(|method| {
        let mut needed = Precision::Own;
        for trial in trials(&programs[method], method, &long) {
            if needed == Precision::Own && !trial.fails(&own) {
                continue;
            }
            needed = match trial.fails(&double) {
                // Nothing else does.
                true if trial.sample.is_ordinary(inputs) => return Precision::Bounded,
                true => Precision::Adaptive,
                false if needed == Precision::Adaptive => Precision::Adaptive,
                false => Precision::Double,
            };
        }
        if needed == Precision::Own
            && trials(&programs[method], method, &short).iter().any(|trial| trial.fails(&own))
        {
            needed = Precision::Short;
        }
        needed
    })
}

/// A method on a sample.
struct Trial<'a> {
    program: &'a Program,
    method: usize,
    sample: &'a Sample,
    /// What it depends on.
    numbers: Vec<Vec<f64>>,
    truth: Vec<f64>,
    /// What the results may err in proportion to, by changes of all numbers together; by those of each alone.
    together: OnceCell<Vec<Vec<f64>>>,
    alone: OnceCell<Vec<f64>>,
}

/// A method on some samples, those of one length together; none where the truth isn't a number of ours.
fn trials<'a>(program: &'a Program, method: usize, samples: &[&'a Sample]) -> Vec<Trial<'a>> {
    let mut trials = Vec::new();
    let known = |y: &f64| y.abs() <= f64::from(f32::MAX);
    for samples in samples.chunk_by(|a, b| a.row == b.row) {
        let sets: Vec<Vec<Vec<f64>>> = samples.iter().map(|sample| sample.numbers(method)).collect();
        let truths = exact(program, &sets, samples[0].row);
        for ((&sample, numbers), truth) in samples.iter().zip(sets).zip(truths) {
            if truth.iter().all(known) {
                let (together, alone) = (OnceCell::new(), OnceCell::new());
                trials.push(Trial { program, method, sample, numbers, truth, together, alone });
            }
        }
    }
    trials
}

impl Trial<'_> {
    /// Whether the errors of a kernel exceed what they may be: in proportion to |y| + Σ |z·∂y/∂z|, the sum over all
    /// numbers z that y depends on.
    fn fails<K: RowKernel<INPUTS>>(&self, kernel: &K) -> bool {
        // Half of what is promised.
        let allowed = |unit: f64| 4.0 * EPSILON * unit + f64::from(f32::MIN_POSITIVE);
        let single = |row: &Vec<f64>| row.iter().map(|&x| x as f32).collect::<Vec<f32>>();
        let single: Vec<Vec<f32>> = self.numbers.iter().map(single).collect();
        let found = apply(kernel, self.method, &single, self.sample.row);
        let errors: Vec<f64> =
            found.iter().zip(&self.truth).map(|(&y, truth)| (f64::from(y) - truth).abs()).collect();
        let exceeds = |(&error, &unit): (&f64, &f64)| error.is_nan() || error > allowed(unit);
        let is_right = |unit: &Vec<f64>| !errors.iter().zip(unit).any(exceeds);
        // What is right beside less is right beside more. Whatever the signs, what all numbers make together is at most the
        // sum of what each makes.
        !is_right(&self.plain())
            && !self.together.get_or_init(|| self.all_together()).iter().any(is_right)
            && !is_right(self.alone.get_or_init(|| self.each_alone()))
    }

    /// |y|
    fn plain(&self) -> Vec<f64> {
        self.truth.iter().map(|y| y.abs()).collect()
    }

    /// |y| + |Σ z·∂y/∂z|, the numbers z with random signs, a few times.
    fn all_together(&self) -> Vec<Vec<f64>> {
        let mut random = Random::new();
        let mut either = || if random.next() < 0.5 { 1.0 } else { -1.0 };
        let sets = (0..PROBES).map(|_| {
            let changed = |row: &Vec<f64>| row.iter().map(|z| z + z * STEP * either()).collect();
            self.numbers.iter().map(changed).collect()
        });
        let changes = self.changes(&sets.collect::<Vec<_>>()).into_iter();
        changes
            .map(|change| self.plain().iter().zip(change).map(|(y, change)| y + change).collect())
            .collect()
    }

    /// |y| + Σ |z·∂y/∂z|
    fn each_alone(&self) -> Vec<f64> {
        let mut sets = Vec::new();
        for (i, row) in self.numbers.iter().enumerate() {
            for (j, &z) in row.iter().enumerate().filter(|(_, z)| **z != 0.0) {
                let mut numbers = self.numbers.clone();
                numbers[i][j] = z + z * STEP;
                sets.push(numbers);
            }
        }
        let mut units = self.plain();
        for change in self.changes(&sets) {
            for (unit, change) in units.iter_mut().zip(change) {
                *unit += change;
            }
        }
        units
    }

    /// By how much the results change with each of these sets of numbers, relative to the step: in f64, if that has
    /// digits to spare.
    fn changes(&self, sets: &[Vec<Vec<f64>>]) -> Vec<Vec<f64>> {
        let changes = |from: &[f64], results: Vec<Vec<f64>>| -> Vec<Vec<f64>> {
            let change = |(moved, y): (f64, &f64)| (moved - y).abs() / STEP;
            results.into_iter().map(|moved| moved.into_iter().zip(from).map(change).collect()).collect()
        };
        let with_own = [std::slice::from_ref(&self.numbers), sets].concat();
        let mut estimates = estimate(self.program, &with_own, self.sample.row);
        let own = estimates.remove(0);
        let is_close = |(y, truth): (&f64, &f64)| (y - truth).abs() <= LOST * truth.abs();
        if own.iter().zip(&self.truth).all(is_close) && estimates.iter().flatten().all(|y| y.is_finite()) {
            changes(&own, estimates)
        } else {
            changes(&self.truth, exact(self.program, sets, self.sample.row))
        }
    }
}
