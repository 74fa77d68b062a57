//! The gradients of the parameters of row functions, beside difference quotients in f64.
#![allow(missing_docs, unreachable_pub)]

use activations::prelude::*;

pub mod functions {
    use activations::prelude::*;

    #[activation]
    pub fn tempered(x: Row<f32>, #[param(1.0)] t: f32) -> Row<f32> {
        let e = (x / t - (x / t).max()).exp();
        e / e.sum()
    }
    #[activation]
    pub fn rms_norm(x: Row<f32>, #[param(1.0)] gain: f32, #[param(1.0e-5)] eps: f32) -> Row<f32> {
        gain * x / ((x * x).mean() + eps).sqrt()
    }
    #[activation]
    pub fn weighed(x: Row<f32>, w: Row<f32>, #[param(0.5)] a: f32) -> f32 {
        (a * x).tanh().dot(w) + a * a
    }
    #[activation]
    pub fn swish(x: f32, #[param(1.5)] beta: f32) -> f32 {
        x * sigmoid(beta * x)
    }
    /// Parameters that go to the callee, alone and in an expression, beside some of its own.
    #[activation]
    pub fn cooled(x: Row<f32>, #[param(0.7)] t: f32, #[param(2.0)] gain: f32) -> Row<f32> {
        gain * tempered(x * gain, 2.0 * t) + t * swish(x, t + gain) / rms_norm(x, gain, 0.5).norm()
    }
    /// The sum of what it is given.
    #[activation]
    pub fn scaled_sum(x: Row<f32>, #[param(1.0)] scale: f32) -> f32 {
        scale * x.sum()
    }
}
use functions::{Cooled, RmsNorm, ScaledSum, Tempered, Weighed};

/// The same functions in f64, as closures of the parameters, one row.
mod exact {
    fn softmax(x: &[f64]) -> Vec<f64> {
        let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = x.iter().map(|x| (x - max).exp()).sum();
        x.iter().map(|x| (x - max).exp() / sum).collect()
    }

    pub fn tempered(x: &[f64], t: f64) -> Vec<f64> {
        softmax(&x.iter().map(|x| x / t).collect::<Vec<_>>())
    }

    pub fn rms_norm(x: &[f64], gain: f64, eps: f64) -> Vec<f64> {
        let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
        x.iter().map(|x| gain * x / (mean + eps).sqrt()).collect()
    }

    pub fn weighed(x: &[f64], w: &[f64], a: f64) -> Vec<f64> {
        vec![x.iter().zip(w).map(|(x, w)| (a * x).tanh() * w).sum::<f64>() + a * a]
    }

    pub fn cooled(x: &[f64], t: f64, gain: f64) -> Vec<f64> {
        let s = tempered(&x.iter().map(|x| x * gain).collect::<Vec<_>>(), 2.0 * t);
        let norm = rms_norm(x, gain, 0.5).iter().map(|y| y * y).sum::<f64>().sqrt();
        let swish = |x: f64| x / (1.0 + (-(t + gain) * x).exp());
        s.iter().zip(x).map(|(s, &x)| gain * s + t * swish(x) / norm).collect()
    }
}

/// Numbers between −2 and 2, the same on every run.
fn numbers(seed: u64, len: usize) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..len).map(|_| random.f32() * 4.0 - 2.0).collect()
}

fn wide(row: &[f32]) -> Vec<f64> {
    row.iter().copied().map(f64::from).collect()
}

/// d/dp Σ dy·f(p) by a central difference of fourth order.
fn slope(f: &dyn Fn(f64) -> Vec<f64>, p: f64, dy: &[f32]) -> f64 {
    let h = 1e-3 * p.abs();
    let weighed = |p: f64| -> f64 { f(p).iter().zip(dy).map(|(y, &dy)| y * f64::from(dy)).sum() };
    (8.0 * (weighed(p + h) - weighed(p - h)) - (weighed(p + 2.0 * h) - weighed(p - 2.0 * h))) / (12.0 * h)
}

fn assert_close(found: f32, exact: f64, what: &str) {
    let found = f64::from(found);
    assert!((found - exact).abs() <= 1e-6 * (1.0 + exact.abs()), "{what}: {found} for {exact}");
}

const ROWS: usize = 5;

#[test]
fn gradients_are_those_of_difference_quotients() {
    for row in [1, 2, 3, 16, 37] {
        let (x, w, dy) = (numbers(1, ROWS * row), numbers(2, ROWS * row), numbers(3, ROWS * row));
        let (mut dx, mut plain) = (vec![0.0; ROWS * row], vec![0.0; ROWS * row]);
        // The sum over all rows of a function of one.
        let each = |f: &dyn Fn(&[f64], f64) -> Vec<f64>, p: f64| -> f64 {
            let rows = x.chunks(row).zip(dy.chunks(row));
            rows.map(|(x, dy)| slope(&|p| f(&wide(x), p), p, dy)).sum()
        };

        let gradient = Tempered::new(0.75).backward_params(&x, row, &dy, &mut dx).unwrap();
        Tempered::new(0.75).backward(&x, row, &dy, &mut plain).unwrap();
        assert_eq!(dx, plain);
        assert_close(gradient.t, each(&exact::tempered, 0.75), &format!("t, rows of {row}"));

        let rms = RmsNorm::new(1.5, 0.25);
        let gradient = rms.backward_params(&x, row, &dy, &mut dx).unwrap();
        assert_close(gradient.gain, each(&|x, p| exact::rms_norm(x, p, 0.25), 1.5), "gain");
        assert_close(gradient.eps, each(&|x, p| exact::rms_norm(x, 1.5, p), 0.25), "eps");

        let cooled = Cooled::new(0.75, 1.25);
        let gradient = cooled.backward_params(&x, row, &dy, &mut dx).unwrap();
        cooled.backward(&x, row, &dy, &mut plain).unwrap();
        assert_eq!(dx, plain);
        assert_close(gradient.t, each(&|x, p| exact::cooled(x, p, 1.25), 0.75), "t of cooled");
        assert_close(gradient.gain, each(&|x, p| exact::cooled(x, 0.75, p), 1.25), "gain of cooled");

        let dy = &dy[..ROWS];
        let mut dw = vec![0.0; ROWS * row];
        let gradient = Weighed::new(0.5).backward_params([&x, &w], row, dy, [&mut dx, &mut dw]).unwrap();
        let rows = x.chunks(row).zip(w.chunks(row)).zip(dy);
        let exact = rows.map(|((x, w), &dy)| slope(&|a| exact::weighed(&wide(x), &wide(w), a), 0.5, &[dy]));
        assert_close(gradient.a, exact.sum(), "a");
    }
}

#[test]
fn shapes_are_checked() {
    let (x, dy) = (numbers(1, 12), numbers(2, 12));
    let error: ShapeError = Tempered::new(1.0).backward_params(&x, 4, &dy[..8], &mut [0.0; 12]).unwrap_err();
    assert_eq!((error.expected, error.found_in, error.found), (12, "dy", 8));
    let nothing = Tempered::new(1.0).backward_params::<1>(&[0.0f32; 0], 0, &[], &mut []).unwrap();
    assert_eq!(nothing.t, 0.0);
}

#[test]
fn other_elements() {
    let row = 16;
    let (x, dy) = (numbers(5, 4 * row), numbers(6, 4 * row));
    let mut dx = vec![0.0; 4 * row];
    let single = Tempered::new(0.75).backward_params(&x, row, &dy, &mut dx).unwrap();
    let (mut dx, x, dy) = (vec![0.0; 4 * row], wide(&x), wide(&dy));
    let double = Tempered::new(0.75).backward_params(&x, row, &dy, &mut dx).unwrap();
    assert_close(single.t, f64::from(double.t), "f64");
}

/// 16 million numbers whose sum f32 would stop adding up long before.
#[test]
fn many_terms() {
    let (row, count) = (256, 1 << 16);
    let x: Vec<f32> = (0..row * count).map(|i| 0.1 + (i % 7) as f32 * 1e-3).collect();
    let exact: f64 = x.iter().copied().map(f64::from).sum();
    let dy = vec![1.0; count];
    let mut dx = vec![0.0; x.len()];
    let gradient = ScaledSum::new(3.0).backward_params(&x, row, &dy, &mut dx).unwrap();
    assert!((f64::from(gradient.scale) - exact).abs() <= 1e-6 * exact, "{} for {exact}", gradient.scale);
}
