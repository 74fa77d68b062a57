//! Row functions beside exact values: as typed and as the textbook spells them, on every instruction set.

use activation_runtime::level::{Level, with_level};
use activations::prelude::*;
use activations::row::RowKernel;

mod functions {
    use activations::prelude::*;

    #[activation]
    pub fn log_softmax(x: Row<f32>) -> Row<f32> {
        x - x.logsumexp()
    }

    #[activation]
    pub fn log_softmax_naive(x: Row<f32>) -> Row<f32> {
        x - x.exp().sum().ln()
    }

    #[activation]
    pub fn softmin(x: Row<f32>) -> Row<f32> {
        let e = (x.min() - x).exp();
        e / e.sum()
    }

    #[activation]
    pub fn softmin_naive(x: Row<f32>) -> Row<f32> {
        (-x).exp() / (-x).exp().sum()
    }

    #[activation]
    pub fn centred(x: Row<f32>) -> Row<f32> {
        x - x.mean()
    }

    #[activation]
    pub fn min_max_scaled(x: Row<f32>) -> Row<f32> {
        (x - x.min()) / (x.max() - x.min() + 1.0e-6)
    }

    #[activation]
    pub fn product_pool(x: Row<f32>) -> f32 {
        x.prod()
    }

    #[activation]
    pub fn squash(x: Row<f32>) -> Row<f32> {
        let n2 = (x * x).sum();
        x * n2.sqrt() / (1.0 + n2)
    }

    #[activation]
    pub fn squeeze_excite(x: Row<f32>) -> Row<f32> {
        x * sigmoid(x.mean())
    }

    #[activation]
    pub fn boltzmann_pool(x: Row<f32>) -> f32 {
        let e = (x - x.max()).exp();
        (e * x).sum() / e.sum()
    }

    #[activation]
    pub fn boltzmann_pool_naive(x: Row<f32>) -> f32 {
        (x.exp() * x).sum() / x.exp().sum()
    }

    #[activation]
    pub fn mellow_geometric(x: Row<f32>) -> f32 {
        ((x * x + 1.0).ln().mean()).exp()
    }

    #[activation]
    pub fn max_pool(x: Row<f32>) -> f32 {
        x.max()
    }

    #[activation]
    pub fn cross_entropy(x: Row<f32>, t: Row<f32>) -> f32 {
        t.sum() * x.logsumexp() - x.dot(t)
    }

    #[activation]
    pub fn cross_entropy_naive(x: Row<f32>, t: Row<f32>) -> f32 {
        -(t * (x.exp() / x.exp().sum()).ln()).sum()
    }
}

/// ε of f32.
const EPSILON: f64 = 1.0 / (1 << 24) as f64;

/// A line of the table.
struct Point {
    function: &'static str,
    what: String,
    row: usize,
    x: Vec<Vec<f32>>,
    dy: Vec<f32>,
    v: Vec<Vec<f32>>,
    y: Vec<f64>,
    dx: Vec<Vec<f64>>,
    jvp: Vec<f64>,
    unit_y: Vec<f64>,
    unit_dx: Vec<Vec<f64>>,
    unit_jvp: Vec<f64>,
}

fn points() -> Vec<Point> {
    fn bits(text: &str) -> Vec<f32> {
        text.split(' ').map(|word| f32::from_bits(u32::from_str_radix(word, 16).unwrap())).collect()
    }
    fn numbers(text: &str) -> Vec<f64> {
        text.split(' ').map(|word| word.parse().unwrap()).collect()
    }
    fn rows<T>(text: &str, row: impl Fn(&str) -> Vec<T>) -> Vec<Vec<T>> {
        text.split('|').map(row).collect()
    }
    let lines = include_str!("../data/rows/points.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let fields: Vec<&'static str> = line.split(';').collect();
            let &[function, data, row, x, dy, v, y, dx, jvp, unit_y, unit_dx, unit_jvp] = fields.as_slice()
            else {
                panic!("{line}")
            };
            Point {
                function,
                what: format!("{function} of {data} data, row of {row}"),
                row: row.parse().unwrap(),
                x: rows(x, bits),
                dy: bits(dy),
                v: rows(v, bits),
                y: numbers(y),
                dx: rows(dx, numbers),
                jvp: numbers(jvp),
                unit_y: numbers(unit_y),
                unit_dx: rows(unit_dx, numbers),
                unit_jvp: numbers(unit_jvp),
            }
        })
        .collect()
}

/// Right within 8ε units, and the worst of it.
fn compare(what: &str, found: &[f32], exact: &[f64], unit: &[f64], failures: &mut Vec<String>) {
    assert_eq!(found.len(), exact.len(), "{what}");
    for (i, ((&found, &exact), &unit)) in found.iter().zip(exact).zip(unit).enumerate() {
        let error = (f64::from(found) - exact).abs();
        let allowed = 8.0 * EPSILON * unit + 2f64.powi(-126);
        let is_overflow = exact.abs() > f64::from(f32::MAX) && found.is_infinite();
        if !(error <= allowed || is_overflow) {
            failures.push(format!(
                "{what}[{i}]: {found:e} for {exact:e}, error {:.1} ε·unit",
                error / EPSILON / unit
            ));
        }
    }
}

fn on_every_level(mut check: impl FnMut(Level)) {
    for level in Level::available() {
        with_level(level, || check(level));
    }
}

fn one<K: RowKernel<1>>(function: &str, kernel: &K, failures: &mut Vec<String>) {
    for point in points().iter().filter(|point| point.function == function) {
        on_every_level(|level| {
            let what = |part: &str| format!("{} ({}, {level:?}): {part}", point.what, K::INFO.name);
            let (x, row) = (&point.x[0], point.row);
            let mut y = vec![0.0; RowActivation::<f32>::output_len(kernel, row)];
            kernel.forward(x, row, &mut y).unwrap();
            compare(&what("y"), &y, &point.y, &point.unit_y, failures);
            let mut dx = vec![0.0; row];
            kernel.backward(x, row, &point.dy, &mut dx).unwrap();
            compare(&what("dx"), &dx, &point.dx[0], &point.unit_dx[0], failures);
            kernel.jvp(x, row, &point.v[0], &mut y).unwrap();
            compare(&what("jvp"), &y, &point.jvp, &point.unit_jvp, failures);
        });
    }
}

fn two<K: RowKernel<2>>(function: &str, kernel: &K, failures: &mut Vec<String>) {
    for point in points().iter().filter(|point| point.function == function) {
        on_every_level(|level| {
            let what = |part: &str| format!("{} ({}, {level:?}): {part}", point.what, K::INFO.name);
            let (x, v, row) = ([&*point.x[0], &*point.x[1]], [&*point.v[0], &*point.v[1]], point.row);
            let mut y = vec![0.0; MultiRowActivation::<f32, 2>::output_len(kernel, row)];
            kernel.forward(x, row, &mut y).unwrap();
            compare(&what("y"), &y, &point.y, &point.unit_y, failures);
            let (mut dx, mut dt) = (vec![0.0; row], vec![0.0; row]);
            kernel.backward(x, row, &point.dy, [&mut dx, &mut dt]).unwrap();
            compare(&what("dx"), &dx, &point.dx[0], &point.unit_dx[0], failures);
            compare(&what("dt"), &dt, &point.dx[1], &point.unit_dx[1], failures);
            kernel.jvp(x, row, v, &mut y).unwrap();
            compare(&what("jvp"), &y, &point.jvp, &point.unit_jvp, failures);
        });
    }
}

#[test]
fn exact_values() {
    let mut failures = Vec::new();
    let f = &mut failures;
    one("log_softmax", &functions::LogSoftmax, f);
    one("log_softmax", &functions::LogSoftmaxNaive, f);
    one("softmin", &functions::Softmin, f);
    one("softmin", &functions::SoftminNaive, f);
    one("centred", &functions::Centred, f);
    one("min_max_scaled", &functions::MinMaxScaled, f);
    one("product_pool", &functions::ProductPool, f);
    one("squash", &functions::Squash, f);
    one("squeeze_excite", &functions::SqueezeExcite, f);
    one("boltzmann_pool", &functions::BoltzmannPool, f);
    one("boltzmann_pool", &functions::BoltzmannPoolNaive, f);
    one("mellow_geometric", &functions::MellowGeometric, f);
    one("max_pool", &functions::MaxPool, f);
    two("cross_entropy", &functions::CrossEntropy, f);
    two("cross_entropy", &functions::CrossEntropyNaive, f);
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures[..failures.len().min(40)].join("\n")
    );
}
