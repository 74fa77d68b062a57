//! Backward passes that start from the output, beside derivatives in f64 from the standard library.
//!
//! The output is rounded, so an error of one rounding of y is granted: 4ε·(|f′| + |y·∂f′/∂y|).

use activations::prelude::*;
use activations::{OutputError, RowKernel, Saves};

/// ε of f32.
const EPSILON: f64 = 1.0 / (1 << 24) as f64;

#[activation]
fn twice_exp(x: f32) -> f32 {
    2.0 * x.exp()
}

#[activation]
fn half_tanh(x: f32) -> f32 {
    (0.5 * x).tanh()
}

#[activation]
fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[activation]
fn line(x: f32) -> f32 {
    3.0 * x
}

#[activation]
fn bent(x: f32) -> f32 {
    x.max(0.1 * x)
}

#[activation]
fn softmax(x: Row<f32>) -> Row<f32> {
    x.exp() / x.exp().sum()
}

#[activation]
fn tempered(x: Row<f32>, #[param(0.5)] y: f32) -> Row<f32> {
    let e = (x / y - (x / y).max()).exp();
    e / e.sum()
}

#[activation]
fn log_softmax(x: Row<f32>) -> Row<f32> {
    x - x.logsumexp()
}

#[activation]
fn unit(x: Row<f32>) -> Row<f32> {
    x / x.norm()
}

fn numbers(n: usize, scale: f32) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(1);
    (0..n).map(|_| (random.f32() * 2.0 - 1.0) * scale).collect()
}

/// `slope` and its derivative as functions of the exact output.
fn check(kernel: &dyn Activation<f32>, f: fn(f64) -> f64, slope: fn(f64) -> f64, change: fn(f64) -> f64) {
    for n in [0, 1, 7, 100] {
        let (x, dy) = (numbers(n, 6.0), numbers(n, 2.0));
        let y: Vec<f32> = x.iter().map(|&x| f(x.into()) as f32).collect();
        let mut dx = vec![f32::NAN; n];
        kernel.backward_from_output(&y, &dy, &mut dx).expect("the output suffices");
        for i in 0..n {
            let exact = f(x[i].into());
            let allowed = 4.0 * EPSILON * (slope(exact).abs() + (exact * change(exact)).abs());
            let error = (f64::from(dx[i]) - f64::from(dy[i]) * slope(exact)).abs();
            assert!(error <= allowed * f64::from(dy[i].abs()), "x = {}, {} found", x[i], dx[i]);
        }
    }
}

#[test]
fn of_one_number() {
    check(&TwiceExp, |x| 2.0 * x.exp(), |y| y, |_| 1.0);
    check(&HalfTanh, |x| (0.5 * x).tanh(), |y| 0.5 * (1.0 - y * y), |y| -y);
    check(&Logistic, |x| 1.0 / (1.0 + (-x).exp()), |y| y * (1.0 - y), |y| 1.0 - 2.0 * y);
    check(&Line, |x| 3.0 * x, |_| 3.0, |_| 0.0);
    assert_eq!(TwiceExp::INFO.saves, Saves::Output);
    assert_eq!(HalfTanh::INFO.saves, Saves::InputOrOutput);
}

#[test]
fn the_input_is_asked_for_where_it_is_needed() {
    let mut dx = [7.0f32; 2];
    let refused = Bent.backward_from_output(&[1.0, 2.0], &[1.0, 1.0], &mut dx);
    assert_eq!(refused, Err(OutputError::NeedsInput("Bent")));
    let refused = Unit.backward_from_output(&[0.6, 0.8], 2, &[1.0, 1.0], &mut dx);
    assert_eq!(refused, Err(OutputError::NeedsInput("Unit")));
    assert!(!Unit::INFO.saves.output_suffices());
    assert_eq!(dx, [7.0; 2], "nothing is written");
}

#[test]
fn shapes_are_checked() {
    let mut dx = [7.0f32; 3];
    for refused in [
        Line.backward_from_output(&[1.0, 2.0], &[1.0, 1.0], &mut dx),
        Line.backward_from_output(&[1.0, 2.0, 3.0], &[1.0, 1.0], &mut dx),
        Softmax.backward_from_output(&[0.5, 0.5, 1.0], 2, &[1.0; 3], &mut dx),
        Softmax.backward_from_output(&[0.5, 0.5], 2, &[1.0; 2], &mut dx),
        Softmax.backward_from_output(&[0.5, 0.25, 0.25], 3, &[1.0; 2], &mut dx),
    ] {
        assert!(matches!(refused, Err(OutputError::Shape(_))), "{refused:?}");
    }
    assert_eq!(dx, [7.0; 3], "nothing is written");
}

/// Σ dyᵢ·∂yᵢ/∂xⱼ by the definition, and Σ of the magnitudes; `slope(p, i, j)` is ∂yᵢ/∂zⱼ of the probabilities.
fn product(p: &[f64], dy: &[f32], slope: impl Fn(&[f64], usize, usize) -> f64) -> Vec<(f64, f64)> {
    (0..p.len())
        .map(|j| {
            dy.iter().enumerate().fold((0.0, 0.0), |(sum, unit), (i, &dy)| {
                let term = f64::from(dy) * slope(p, i, j);
                (sum + term, unit + term.abs())
            })
        })
        .collect()
}

fn probabilities(x: &[f32], divisor: f64) -> Vec<f64> {
    let e: Vec<f64> = x.iter().map(|&x| (f64::from(x) / divisor).exp()).collect();
    let sum: f64 = e.iter().sum();
    e.iter().map(|e| e / sum).collect()
}

#[test]
fn of_rows() {
    let kronecker = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
    for row in [1, 2, 5, 16, 17, 64, 100, 129] {
        for scale in [1.0, 10.0] {
            let (x, dy) = (numbers(2 * row, scale), numbers(2 * row, 1.5));
            let mut dx = vec![f32::NAN; 2 * row];
            for (kernel, divisor) in [(&Softmax as &dyn RowActivation<f32>, 1.0), (&Tempered::new(0.5), 0.5)]
            {
                let mut y = vec![0.0; 2 * row];
                kernel.forward(&x, row, &mut y).unwrap();
                kernel.backward_from_output(&y, row, &dy, &mut dx).unwrap();
                for (at, (x, dy)) in x.chunks(row).zip(dy.chunks(row)).enumerate() {
                    let p = probabilities(x, divisor);
                    let exact = product(&p, dy, |p, i, j| p[j] * (kronecker(i, j) - p[i]) / divisor);
                    // What a rounding of each dy and of each x does: to dx by way of dy, to p by way of x.
                    let mean =
                        |row: &[f32]| -> f64 { p.iter().zip(row).map(|(p, x)| p * f64::from(x.abs())).sum() };
                    let (mean_dy, mean_x) = (mean(dy), mean(x));
                    for (j, &(exact, _)) in exact.iter().enumerate() {
                        let unit = p[j] * (f64::from(dy[j]).abs() + mean_dy) / divisor;
                        let (found, sensitivity) =
                            (dx[at * row + j], (f64::from(x[j].abs()) + mean_x) / divisor);
                        let error = (f64::from(found) - exact).abs();
                        assert!(
                            error <= 8.0 * EPSILON * unit * (1.0 + sensitivity),
                            "row of {row}, {j}: {found} for {exact}, {error:e} of {unit:e}"
                        );
                    }
                }
            }
            let mut y = vec![0.0; 2 * row];
            LogSoftmax.forward(&x, row, &mut y).unwrap();
            LogSoftmax.backward_from_output(&y, row, &dy, &mut dx).unwrap();
            for (at, (x, dy)) in x.chunks(row).zip(dy.chunks(row)).enumerate() {
                let p = probabilities(x, 1.0);
                let exact = product(&p, dy, |p, i, j| kronecker(i, j) - p[j]);
                for (j, &(exact, _)) in exact.iter().enumerate() {
                    let total: f64 = dy.iter().map(|&dy| f64::from(dy).abs()).sum();
                    let unit = f64::from(dy[j]).abs() + p[j] * (1.0 - p[j].ln()) * total;
                    let error = (f64::from(dx[at * row + j]) - exact).abs();
                    assert!(error <= 8.0 * EPSILON * unit, "log, row of {row}, {j}: {error:e} of {unit:e}");
                }
            }
        }
    }
}
