//! Row functions in many spellings beside difference quotients of references in extended precision: rows of all
//! sizes, far from 0, huge and tiny.

use activation_runtime::extended::Extended;
use activation_runtime::level::{Level, with_level};
use activations::prelude::*;
use activations::row::RowKernel;
use activations::{Arith, Real};

mod functions {
    use activations::prelude::*;

    #[activation]
    pub fn softmax(x: Row<f32>) -> Row<f32> {
        x.exp() / x.exp().sum()
    }

    #[activation]
    pub fn softmax_shifted(x: Row<f32>) -> Row<f32> {
        let e = (x - x.max()).exp();
        e / e.sum()
    }

    #[activation]
    pub fn tempered(x: Row<f32>, #[param(0.7)] t: f32) -> Row<f32> {
        let e = (x / t).exp();
        e / e.sum()
    }

    #[activation]
    pub fn logsumexp(x: Row<f32>) -> f32 {
        x.exp().sum().ln()
    }

    #[activation]
    pub fn log_mean_exp(x: Row<f32>) -> f32 {
        x.max() + (x - x.max()).exp().mean().ln()
    }

    #[activation]
    pub fn layer_norm(x: Row<f32>) -> Row<f32> {
        let d = x - x.mean();
        d / ((d * d).mean() + 1.0e-5).sqrt()
    }

    #[activation]
    pub fn layer_norm_naive(x: Row<f32>) -> Row<f32> {
        let variance = (x * x).mean() - x.mean() * x.mean();
        (x - x.mean()) / (variance + 1.0e-5).sqrt()
    }

    #[activation]
    pub fn rms_norm(x: Row<f32>) -> Row<f32> {
        x / ((x * x).mean() + 1.0e-6).sqrt()
    }

    #[activation]
    pub fn l2_norm(x: Row<f32>) -> f32 {
        x.norm()
    }

    #[activation]
    pub fn l2_normalized(x: Row<f32>) -> Row<f32> {
        x / (x * x).sum().sqrt()
    }

    #[activation]
    pub fn entropy(x: Row<f32>) -> f32 {
        let p = x.exp() / x.exp().sum();
        -(p * p.ln()).sum()
    }

    #[activation]
    pub fn variance_naive(x: Row<f32>) -> f32 {
        x.powi(2).mean() - x.mean().powi(2)
    }

    #[activation]
    pub fn geometric_mean(x: Row<f32>) -> f32 {
        (x * x + 0.5).ln().mean().exp()
    }

    #[activation]
    pub fn lp_norm(x: Row<f32>, #[param(3.0)] p: f32) -> f32 {
        x.abs().powf(p).sum().powf(1.0 / p)
    }

    #[activation]
    pub fn gated(x: Row<f32>) -> Row<f32> {
        gelu(x) / (1.0 + x.norm())
    }

    #[activation]
    pub fn range(x: Row<f32>) -> f32 {
        x.max() - x.min()
    }

    #[activation]
    pub fn clipped(x: Row<f32>) -> Row<f32> {
        x.min(x.mean() + 0.5).max(0.0) + if x > x.mean() { x } else { 0.0 }
    }

    #[activation]
    pub fn cosine(x: Row<f32>, t: Row<f32>) -> f32 {
        x.dot(t) / (x.norm() * t.norm())
    }

    #[activation]
    pub fn attention(x: Row<f32>, t: Row<f32>) -> f32 {
        let s = x * t;
        let e = s.exp();
        (e / e.sum() * t).sum()
    }

    #[activation]
    pub fn divergence(x: Row<f32>, t: Row<f32>) -> f32 {
        let p = x.exp() / x.exp().sum();
        let q = t.exp() / t.exp().sum();
        (p * (p / q).ln()).sum()
    }

    #[activation]
    pub fn squared_error(x: Row<f32>, t: Row<f32>) -> f32 {
        ((x - t) * (x - t)).mean()
    }
}

/// ε of f32.
const EPSILON: f64 = 1.0 / (1 << 24) as f64;

type E = Extended<f64>;
type Reference<'a> = &'a dyn Fn(&[Vec<E>]) -> Vec<E>;

fn c(value: f64) -> E {
    E::from_f64(f64::from(value as f32))
}
fn sum(row: impl IntoIterator<Item = E>) -> E {
    row.into_iter().fold(c(0.0), |a, b| a + b)
}
fn mean(row: &[E]) -> E {
    sum(row.iter().copied()) / c(row.len() as f64)
}
fn largest(row: &[E]) -> E {
    row.iter().copied().reduce(Arith::max).unwrap()
}
fn norm(row: &[E]) -> E {
    sum(row.iter().map(|&x| x * x)).sqrt()
}
fn softmax(row: &[E]) -> Vec<E> {
    let m = largest(row);
    let e: Vec<E> = row.iter().map(|&x| (x - m).exp()).collect();
    let s = sum(e.iter().copied());
    e.into_iter().map(|e| e / s).collect()
}
fn variance(row: &[E]) -> E {
    let m = mean(row);
    mean(&row.iter().map(|&x| (x - m) * (x - m)).collect::<Vec<E>>())
}

/// The exact numbers of a point, each with its unit of error.
struct Truth {
    y: Vec<(f64, f64)>,
    dx: Vec<Vec<(f64, f64)>>,
    jvp: Vec<(f64, f64)>,
}

/// By differences of the reference: 106 bits leave enough of them.
fn truth(f: Reference<'_>, x: &[Vec<E>], dy: &[E], v: &[Vec<E>]) -> Truth {
    let step = E::from_f64(2f64.powi(-26));
    let moved = |x: &[Vec<E>], i: usize, j: usize, by: E| {
        let mut moved = x.to_vec();
        moved[i][j] = moved[i][j] + by;
        f(&moved)
    };
    // A step that suits the size of the rows.
    let size = x.iter().flatten().fold(0.0, |a: f64, x| a.max(x.to_f64().abs()));
    let scale = E::from_f64(if (1e-20..=1e20).contains(&size) { 1.0 } else { size });
    let h = step * scale;
    let column = |x: &[Vec<E>], i: usize, j: usize| -> Vec<E> {
        let (up, down) = (moved(x, i, j, h), moved(x, i, j, -h));
        up.into_iter().zip(down).map(|(up, down)| (up - down) / (h + h)).collect()
    };
    let jacobian = |x: &[Vec<E>]| -> Vec<Vec<Vec<E>>> {
        (0..x.len()).map(|i| (0..x[i].len()).map(|j| column(x, i, j)).collect()).collect()
    };
    let here = jacobian(x);
    let product = |jacobian: &[Vec<Vec<E>>], i: usize, j: usize| {
        sum(jacobian[i][j].iter().zip(dy).map(|(&slope, &dy)| slope * dy))
    };
    let pushed = |jacobian: &[Vec<Vec<E>>], k: usize| {
        sum((0..x.len())
            .flat_map(|i| (0..x[i].len()).map(move |j| (i, j)))
            .map(|(i, j)| jacobian[i][j][k] * v[i][j]))
    };
    let y = f(x);
    let mut unit_y: Vec<E> = y.iter().map(|y| y.abs()).collect();
    let mut dx: Vec<Vec<(E, E)>> = Vec::new();
    let mut jvp: Vec<(E, E)> = (0..y.len()).map(|k| pushed(&here, k)).map(|p| (p, p.abs())).collect();
    for i in 0..x.len() {
        dx.push(Vec::new());
        for j in 0..x[i].len() {
            let exact = product(&here, i, j);
            let terms = sum(here[i][j].iter().zip(dy).map(|(&slope, &dy)| (slope * dy).abs()));
            dx[i].push((exact, exact.abs() + terms));
            for k in 0..y.len() {
                unit_y[k] = unit_y[k] + (x[i][j] * here[i][j][k]).abs();
                jvp[k].1 = jvp[k].1 + (v[i][j] * here[i][j][k]).abs();
            }
        }
    }
    for i in 0..x.len() {
        for j in 0..x[i].len() {
            let relative = E::from_f64(2f64.powi(-24)) * scale;
            let mut moved = x.to_vec();
            moved[i][j] = moved[i][j] + relative;
            let there = jacobian(&moved);
            let weight = x[i][j].abs() / relative;
            for (a, row) in dx.iter_mut().enumerate() {
                for (b, (exact, unit)) in row.iter_mut().enumerate() {
                    *unit = *unit + (product(&there, a, b) - *exact).abs() * weight;
                }
            }
            for (k, (exact, unit)) in jvp.iter_mut().enumerate() {
                *unit = *unit + (pushed(&there, k) - *exact).abs() * weight;
            }
        }
    }
    // What the quotients themselves err by, as units of an error of 8ε.
    let most = y.iter().fold(c(0.0), |a, y| a.max(y.abs()));
    let noise = most * E::from_f64(2f64.powi(-96)) / h * E::from_f64(2f64.powi(21));
    let number = |(exact, unit): (E, E)| (exact.to_f64(), unit.to_f64());
    let slope = |(exact, unit): (E, E)| number((exact, unit + noise));
    Truth {
        y: y.into_iter().zip(unit_y).map(number).collect(),
        dx: dx.into_iter().map(|row| row.into_iter().map(slope).collect()).collect(),
        jvp: jvp.into_iter().map(slope).collect(),
    }
}

/// Numbers without a pattern.
fn numbers(n: usize, seed: u64) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..n).map(|_| (random.f32() + random.f32()) * 3.0 - 3.0).collect()
}

fn compare(what: &str, found: &[f32], exact: &[(f64, f64)], failures: &mut Vec<String>) {
    assert_eq!(found.len(), exact.len(), "{what}");
    for (i, (&found, &(exact, unit))) in found.iter().zip(exact).enumerate() {
        let error = (f64::from(found) - exact).abs();
        let overflows = exact.abs() > f64::from(f32::MAX) && found.is_infinite();
        if !(error <= 8.0 * EPSILON * unit + 2f64.powi(-126) || overflows) {
            failures.push(format!(
                "{what}[{i}]: {found:e} for {exact:e}, error {:.1} ε·unit",
                error / EPSILON / unit
            ));
        }
    }
}

const DATA: [(&str, f32, f32); 6] = [
    ("plain", 1.0, 0.0),
    ("shifted", 1.0, 1000.0),
    ("offset", 1.0, 300.0),
    ("wide", 100.0, 0.0),
    ("huge", 1e30, 0.0),
    ("tiny", 1e-30, 0.0),
];

/// The rows, as they are and in extended precision.
fn rows(n: usize, row: usize, seed: u64, scale: f32, offset: f32) -> Vec<Vec<f32>> {
    (0..n)
        .map(|i| numbers(row, seed + 77 * i as u64).into_iter().map(|x| x * scale + offset).collect())
        .collect()
}

fn extended(rows: &[Vec<f32>]) -> Vec<Vec<E>> {
    rows.iter().map(|row| row.iter().map(|&x| E::from_f64(f64::from(x))).collect()).collect()
}

/// Everything that one function of one row computes.
fn one<K: RowKernel<1>>(kernel: &K, kinds: &str, failures: &mut Vec<String>, f: Reference<'_>) {
    for (kind, scale, offset) in DATA.into_iter().filter(|(kind, ..)| kinds.contains(kind)) {
        for row in [2, 3, 7, 17] {
            let x = rows(1, row, 1 + row as u64, scale, offset);
            let dy = numbers(RowActivation::<f32>::output_len(kernel, row), 5);
            let v = rows(1, row, 9, 1.0, 0.0);
            let exact = truth(f, &extended(&x), &extended(std::slice::from_ref(&dy))[0], &extended(&v));
            for level in Level::available() {
                with_level(level, || {
                    let what = |part: &str| {
                        format!("{} of {kind} data, row of {row} ({level:?}): {part}", K::INFO.name)
                    };
                    let (mut y, mut dx) = (vec![0.0; dy.len()], vec![0.0; row]);
                    kernel.forward(&x[0], row, &mut y).unwrap();
                    compare(&what("y"), &y, &exact.y, failures);
                    kernel.backward(&x[0], row, &dy, &mut dx).unwrap();
                    compare(&what("dx"), &dx, &exact.dx[0], failures);
                    kernel.jvp(&x[0], row, &v[0], &mut y).unwrap();
                    compare(&what("jvp"), &y, &exact.jvp, failures);
                });
            }
        }
    }
}

/// Everything that one function of two rows computes.
fn two<K: RowKernel<2>>(kernel: &K, kinds: &str, failures: &mut Vec<String>, f: Reference<'_>) {
    for (kind, scale, offset) in DATA.into_iter().filter(|(kind, ..)| kinds.contains(kind)) {
        for row in [2, 3, 7, 17] {
            let x = rows(2, row, 1 + row as u64, scale, offset);
            let dy = numbers(MultiRowActivation::<f32, 2>::output_len(kernel, row), 5);
            let v = rows(2, row, 9, 1.0, 0.0);
            let exact = truth(f, &extended(&x), &extended(std::slice::from_ref(&dy))[0], &extended(&v));
            for level in Level::available() {
                with_level(level, || {
                    let what = |part: &str| {
                        format!("{} of {kind} data, row of {row} ({level:?}): {part}", K::INFO.name)
                    };
                    let (inputs, tangents) = ([&*x[0], &*x[1]], [&*v[0], &*v[1]]);
                    let (mut y, mut dx, mut dt) = (vec![0.0; dy.len()], vec![0.0; row], vec![0.0; row]);
                    kernel.forward(inputs, row, &mut y).unwrap();
                    compare(&what("y"), &y, &exact.y, failures);
                    kernel.backward(inputs, row, &dy, [&mut dx, &mut dt]).unwrap();
                    compare(&what("dx"), &dx, &exact.dx[0], failures);
                    compare(&what("dt"), &dt, &exact.dx[1], failures);
                    kernel.jvp(inputs, row, tangents, &mut y).unwrap();
                    compare(&what("jvp"), &y, &exact.jvp, failures);
                });
            }
        }
    }
}

fn report(failures: &[String]) {
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures[..failures.len().min(60)].join("\n")
    );
}

#[test]
fn softmaxes() {
    let mut failures = Vec::new();
    let f = &mut failures;
    let all = "plain shifted offset wide";
    one(&functions::Softmax, all, f, &|x| softmax(&x[0]));
    one(&functions::SoftmaxShifted, all, f, &|x| softmax(&x[0]));
    one(&functions::Tempered::default(), all, f, &|x| {
        softmax(&x[0].iter().map(|&x| x / c(0.7)).collect::<Vec<E>>())
    });
    one(&functions::Logsumexp, all, f, &|x| vec![sum(x[0].iter().map(|x| x.exp())).ln()]);
    one(&functions::LogMeanExp, all, f, &|x| {
        vec![mean(&x[0].iter().map(|x| x.exp()).collect::<Vec<E>>()).ln()]
    });
    one(&functions::Entropy, "plain shifted", f, &|x| {
        vec![-sum(softmax(&x[0]).into_iter().map(|p| p * p.ln()))]
    });
    two(&functions::Attention, "plain wide", f, &|x| {
        let s: Vec<E> = x[0].iter().zip(&x[1]).map(|(&x, &t)| x * t).collect();
        vec![sum(softmax(&s).into_iter().zip(&x[1]).map(|(p, &t)| p * t))]
    });
    two(&functions::Divergence, "plain shifted", f, &|x| {
        let (p, q) = (softmax(&x[0]), softmax(&x[1]));
        vec![sum(p.into_iter().zip(q).map(|(p, q)| p * (p / q).ln()))]
    });
    report(&failures);
}

#[test]
fn norms() {
    let mut failures = Vec::new();
    let f = &mut failures;
    let all = "plain shifted offset wide huge tiny";
    one(&functions::L2Norm, all, f, &|x| vec![norm(&x[0])]);
    one(&functions::L2Normalized, all, f, &|x| {
        let n = norm(&x[0]);
        x[0].iter().map(|&x| x / n).collect()
    });
    one(&functions::RmsNorm, all, f, &|x| {
        let n = (mean(&x[0].iter().map(|&x| x * x).collect::<Vec<E>>()) + c(1e-6)).sqrt();
        x[0].iter().map(|&x| x / n).collect()
    });
    one(&functions::LpNorm::default(), all, f, &|x| {
        vec![sum(x[0].iter().map(|x| x.abs().powf(c(3.0)))).powf(c(1.0) / c(3.0))]
    });
    two(&functions::Cosine, "plain shifted wide huge tiny", f, &|x| {
        let dot = sum(x[0].iter().zip(&x[1]).map(|(&x, &t)| x * t));
        vec![dot / (norm(&x[0]) * norm(&x[1]))]
    });
    report(&failures);
}

#[test]
fn moments() {
    let mut failures = Vec::new();
    let f = &mut failures;
    let all = "plain shifted offset wide huge tiny";
    let layer_norm: Reference<'_> = &|x| {
        let (m, s) = (mean(&x[0]), (variance(&x[0]) + c(1e-5)).sqrt());
        x[0].iter().map(|&x| (x - m) / s).collect()
    };
    one(&functions::LayerNorm, all, f, layer_norm);
    one(&functions::LayerNormNaive, all, f, layer_norm);
    one(&functions::VarianceNaive, all, f, &|x| vec![variance(&x[0])]);
    one(&functions::GeometricMean, "plain shifted wide huge", f, &|x| {
        vec![mean(&x[0].iter().map(|&x| (x * x + c(0.5)).ln()).collect::<Vec<E>>()).exp()]
    });
    one(&functions::Range, all, f, &|x| {
        vec![largest(&x[0]) + largest(&x[0].iter().map(|&x| -x).collect::<Vec<E>>())]
    });
    one(&functions::Gated, "plain wide tiny", f, &|x| {
        let n = norm(&x[0]) + c(1.0);
        let gelu = |x: E| E::from_f64(0.5) * x * (-x / E::from_f64(2.0).sqrt()).erfc();
        x[0].iter().map(|&x| gelu(x) / n).collect()
    });
    one(&functions::Clipped, "plain offset wide", f, &|x| {
        let m = mean(&x[0]);
        let upper = m + c(0.5);
        let value = |x: E| x.min(upper).max(c(0.0)) + if x > m { x } else { c(0.0) };
        // A row of one is its mean.
        x[0].iter().map(|&x| if x == m { x.min(upper).max(c(0.0)) } else { value(x) }).collect()
    });
    two(&functions::SquaredError, all, f, &|x| {
        vec![mean(&x[0].iter().zip(&x[1]).map(|(&x, &t)| (x - t) * (x - t)).collect::<Vec<E>>())]
    });
    report(&failures);
}
