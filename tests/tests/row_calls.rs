//! Row functions that call others by path: beside the same functions written out, and beside difference quotients.
#![allow(missing_docs, unreachable_pub)]

use activations::prelude::*;
use activations::row::Shape;
use activations::row::activation::{backward, forward, jvp};
use activations::row::element::RowElement;
use activations::{RowKernel, gradcheck_rows};
use activations_tests::Bits;

/// The same functions of rows of both types, by calls and written out.
macro_rules! functions {
    ($module:ident, $t:ident) => {
        pub mod $module {
            pub mod callees {
                use activations::prelude::*;

                #[activation]
                pub fn softmax(x: Row<$t>) -> Row<$t> {
                    let e = (x - x.max()).exp();
                    e / e.sum()
                }
                #[activation]
                pub fn l2_norm(x: Row<$t>) -> $t {
                    x.norm()
                }
                #[activation]
                pub fn tempered(x: Row<$t>, #[param(2.0)] t: $t) -> Row<$t> {
                    (x / t).exp() / (x / t).exp().sum()
                }
                #[activation]
                pub fn cosine(a: Row<$t>, b: Row<$t>, #[param(0.5)] eps: $t) -> $t {
                    a.dot(b) / (a.norm() * b.norm() + eps)
                }
                #[activation]
                pub fn swish(x: $t, #[param(1.5)] beta: $t) -> $t {
                    x * sigmoid(beta * x)
                }
                #[activation]
                pub fn gate(a: $t, b: $t) -> $t {
                    a * sigmoid(a) * b
                }
                #[activation]
                pub fn lerp(a: Row<$t>, b: Row<$t>, c: Row<$t>) -> Row<$t> {
                    let w = sigmoid(c.mean());
                    a * w + b * (1.0 - w)
                }
                #[activation(vjp = |x, y, dy| dy * x / y)]
                pub fn own_norm(x: Row<$t>) -> $t {
                    x.norm()
                }
            }

            pub mod called {
                use activations::prelude::*;

                use super::callees::{cosine, gate, l2_norm, lerp, own_norm, softmax, tempered};

                #[activation]
                pub fn attention(q: Row<$t>, k: Row<$t>, v: Row<$t>) -> $t {
                    (softmax(q * k) * v).sum()
                }
                #[activation]
                pub fn scaled(x: Row<$t>, #[param(2.0)] t: $t) -> Row<$t> {
                    softmax(x / t) + gelu(x) / l2_norm(x)
                }
                #[activation]
                pub fn twice(x: Row<$t>) -> Row<$t> {
                    softmax(softmax(x) * 3.0 + x)
                }
                #[activation]
                pub fn norm_of_softmax(x: Row<$t>) -> $t {
                    2.0 * l2_norm(softmax(x)) + x.mean()
                }
                #[activation]
                pub fn cold(x: Row<$t>, #[param(0.7)] t: $t, #[param(1.0)] gain: $t) -> Row<$t> {
                    gain * tempered(x, 2.0 * t) * x
                }
                #[activation]
                pub fn alike(a: Row<$t>, b: Row<$t>) -> $t {
                    1.0 - cosine(softmax(a), b, 0.25)
                }
                #[activation]
                pub fn gated(x: Row<$t>, y: Row<$t>, #[param(0.5)] beta: $t) -> Row<$t> {
                    gate(x, x.max()) + super::callees::swish(y, beta) / l2_norm(x + y)
                }
                #[activation]
                pub fn mixed(a: Row<$t>, b: Row<$t>) -> Row<$t> {
                    let s = softmax(a);
                    lerp(s, b, s * b) * s
                }
                #[activation]
                pub fn of_own(x: Row<$t>) -> Row<$t> {
                    x / (1.0 + own_norm(x))
                }
                #[activation(vjp = |x, y, dy| softmax(x) * dy)]
                pub fn logsumexp(x: Row<$t>) -> $t {
                    x.logsumexp()
                }
                #[activation]
                pub fn of_numbers(x: Row<$t>) -> Row<$t> {
                    x * super::callees::swish(x.mean(), 1.5)
                }
                #[activation]
                pub fn chosen(x: Row<$t>) -> Row<$t> {
                    if x > 0.0 { softmax(x) } else { 0.5 * softmax(-x) }
                }
            }

            pub mod inlined {
                use activations::prelude::*;

                #[activation]
                pub fn attention(q: Row<$t>, k: Row<$t>, v: Row<$t>) -> $t {
                    let e = (q * k).exp();
                    (e / e.sum() * v).sum()
                }
                #[activation]
                pub fn scaled(x: Row<$t>, #[param(2.0)] t: $t) -> Row<$t> {
                    (x / t).exp() / (x / t).exp().sum() + gelu(x) / x.norm()
                }
                #[activation]
                pub fn twice(x: Row<$t>) -> Row<$t> {
                    let s = x.exp() / x.exp().sum();
                    let e = (s * 3.0 + x).exp();
                    e / e.sum()
                }
                #[activation]
                pub fn norm_of_softmax(x: Row<$t>) -> $t {
                    2.0 * (x.exp() / x.exp().sum()).norm() + x.mean()
                }
                #[activation]
                pub fn cold(x: Row<$t>, #[param(0.7)] t: $t, #[param(1.0)] gain: $t) -> Row<$t> {
                    let e = (x / (2.0 * t)).exp();
                    gain * e / e.sum() * x
                }
                #[activation]
                pub fn alike(a: Row<$t>, b: Row<$t>) -> $t {
                    let s = a.exp() / a.exp().sum();
                    1.0 - s.dot(b) / (s.norm() * b.norm() + 0.25)
                }
                #[activation]
                pub fn gated(x: Row<$t>, y: Row<$t>, #[param(0.5)] beta: $t) -> Row<$t> {
                    x * sigmoid(x) * x.max() + y * sigmoid(beta * y) / (x + y).norm()
                }
                #[activation]
                pub fn mixed(a: Row<$t>, b: Row<$t>) -> Row<$t> {
                    let s = a.exp() / a.exp().sum();
                    let w = sigmoid((s * b).mean());
                    (s * w + b * (1.0 - w)) * s
                }
                #[activation]
                pub fn of_own(x: Row<$t>) -> Row<$t> {
                    x / (1.0 + x.norm())
                }
                #[activation]
                pub fn logsumexp(x: Row<$t>) -> $t {
                    x.logsumexp()
                }
                #[activation]
                pub fn of_numbers(x: Row<$t>) -> Row<$t> {
                    let m = x.mean();
                    x * (m * sigmoid(1.5 * m))
                }
                #[activation]
                pub fn chosen(x: Row<$t>) -> Row<$t> {
                    let (p, m) = (x.exp(), (-x).exp());
                    if x > 0.0 { p / p.sum() } else { 0.5 * m / m.sum() }
                }
            }
        }
    };
}

functions! { single, f32 }
functions! { double, f64 }

/// The numbers that a method gives for rows, all of the inputs' and what goes with them in one list of rows.
fn apply<K: RowKernel<N>, T: RowElement, const N: usize>(
    kernel: &K,
    method: usize,
    rows: &[Vec<T>],
) -> Vec<T> {
    let row = rows[0].len();
    let x: [&[T]; N] = std::array::from_fn(|i| &rows[i][..]);
    let out = if K::Output::LEN == 1 { row } else { 1 };
    match method {
        0 => {
            let mut y = vec![T::default(); out];
            forward(kernel, x, row, &mut y).unwrap();
            y
        }
        1 => {
            let mut dx = vec![T::default(); N * row];
            let mut parts = dx.chunks_mut(row);
            let dx_parts = std::array::from_fn(|_| parts.next().unwrap());
            backward(kernel, x, row, &rows[N][..out], dx_parts).unwrap();
            dx
        }
        _ => {
            let mut dy = vec![T::default(); out];
            jvp(kernel, x, row, std::array::from_fn(|i| &rows[N + i][..]), &mut dy).unwrap();
            dy
        }
    }
}

/// Rows of numbers about `offset`, at most `scale` from it.
fn random_rows(
    random: &mut fastrand::Rng,
    count: usize,
    row: usize,
    scale: f32,
    offset: f32,
) -> Vec<Vec<f32>> {
    let mut number = || (random.f32() * 2.0 - 1.0) * scale + offset;
    (0..count).map(|_| (0..row).map(|_| number()).collect()).collect()
}

/// |y| + Σ |z·∂y/∂z| over all numbers that y is made of.
fn unit(f: &dyn Fn(&[Vec<f64>]) -> Vec<f64>, rows: &[Vec<f64>], y: &[f64]) -> Vec<f64> {
    let step = 2f64.powi(-20);
    let mut unit: Vec<f64> = y.iter().map(|y| y.abs()).collect();
    for i in 0..rows.len() {
        for j in 0..rows[i].len() {
            let mut moved = rows.to_vec();
            moved[i][j] *= 1.0 + step;
            for ((unit, moved), y) in unit.iter_mut().zip(f(&moved)).zip(y) {
                *unit += (moved - y).abs() / step;
            }
        }
    }
    unit
}

/// Value and both products of a function by calls beside the same function written out in f64.
fn agree<T: Bits + RowElement, K, E, const N: usize>(name: &str, kernel: &K, exact: &E, units: f64)
where
    K: RowKernel<N>,
    E: RowKernel<N>,
{
    let mut random = fastrand::Rng::with_seed(7);
    let kinds = [(2.0, 0.0), (1.0, 5.0), (0.01, 0.0), (1e30, 0.0), (1e-30, 0.0)];
    for (row, (scale, offset)) in [2, 3, 7, 16, 37].into_iter().flat_map(|row| kinds.map(|kind| (row, kind)))
    {
        for method in 0..3 {
            let mut rows = random_rows(&mut random, N, row, scale, offset);
            rows.extend(random_rows(&mut random, if method == 2 { N } else { 1 }, row, 1.5, 0.0));
            let wide: Vec<Vec<f64>> =
                rows.iter().map(|row| row.iter().copied().map(f64::from).collect()).collect();
            let f = |rows: &[Vec<f64>]| apply(exact, method, rows);
            let truth = f(&wide);
            let unit = unit(&f, &wide, &truth);
            let narrow: Vec<Vec<T>> =
                wide.iter().map(|row| row.iter().map(|&x| T::nearest(x)).collect()).collect();
            let found = apply(kernel, method, &narrow);
            for (i, (&truth, &unit)) in truth.iter().zip(&unit).enumerate() {
                let found = found[i].wide();
                if truth.abs() > f64::from(f32::MAX) {
                    continue;
                }
                let bound = units * T::EPSILON * unit + f64::from(f32::MIN_POSITIVE);
                assert!(
                    !unit.is_finite() || (found - truth).abs() <= bound,
                    "{name}: row of {row} of size {scale:e} + {offset}, method {method} [{i}]: {found:e} for {truth:e}, \
                     unit {unit:e}"
                );
            }
        }
    }
}

#[test]
fn calls_are_what_is_written_out() {
    macro_rules! agree {
        ($($kernel:ident $(($($parameter:literal),*))?;)*) => {$(
            agree::<f32, _, _, _>(
                stringify!($kernel),
                &single::called::$kernel::new($($($parameter),*)?),
                &double::inlined::$kernel::new($($($parameter),*)?),
                8.0,
            );
        )*};
    }
    agree! {
        Attention; Scaled(2.0); Twice; NormOfSoftmax; Cold(0.75, 1.5); Alike; Gated(0.5); Mixed; OfOwn; Logsumexp; OfNumbers;
        Chosen;
    }
}

/// Nothing helps f64 where it cancels, be it written out or not.
#[test]
fn calls_are_what_is_written_out_in_f64() {
    use self::double::{called, inlined};
    agree::<f64, _, _, _>("attention", &called::Attention, &inlined::Attention, 1e4);
    agree::<f64, _, _, _>("scaled", &called::Scaled::new(2.0), &inlined::Scaled::new(2.0), 1e4);
    agree::<f64, _, _, _>("norm", &called::NormOfSoftmax, &inlined::NormOfSoftmax, 1e4);
}

#[test]
fn gradient_checks_pass() {
    use single::called::{Alike, Attention, Cold, Gated, Mixed, NormOfSoftmax, OfOwn, Scaled, Twice};
    for report in [
        gradcheck_rows(&Attention, [-2.0..=2.0, -2.0..=2.0, -2.0..=2.0]),
        gradcheck_rows(&Scaled::new(2.0), [-2.0..=2.0]),
        gradcheck_rows(&Twice, [-2.0..=2.0]),
        gradcheck_rows(&NormOfSoftmax, [-2.0..=2.0]),
        gradcheck_rows(&Cold::new(0.75, 1.5), [-2.0..=2.0]),
        gradcheck_rows(&Alike, [-2.0..=2.0, -2.0..=2.0]),
        gradcheck_rows(&Gated::new(0.5), [-2.0..=2.0, -2.0..=2.0]),
        gradcheck_rows(&Mixed, [-2.0..=2.0, -2.0..=2.0]),
        gradcheck_rows(&OfOwn, [-2.0..=2.0]),
    ] {
        assert!(report.passed(), "{report}");
    }
}

#[test]
fn the_plain_fn_and_its_documentation() {
    use single::called::{Attention, Scaled, attention, scaled};
    let (q, k, v) = ([1.0, 2.0, -1.0], [0.5, 0.25, 1.0], [3.0, 4.0, 5.0]);
    let e = [0.5_f64, 0.5, -1.0].map(f64::exp);
    let exact = (3.0 * e[0] + 4.0 * e[1] + 5.0 * e[2]) / e.iter().sum::<f64>();
    assert!((f64::from(attention(&q, &k, &v)) - exact).abs() < 1e-6);
    assert_eq!(scaled(&q, 2.0).len(), 3);
    assert_eq!(Attention::INFO.formula, "sum(softmax(q · k) · v)");
    assert_eq!(
        Attention::INFO.derivative,
        "d_softmax · k\nd_softmax · q\ndy · softmax(q · k)\nd_softmax = J_softmax(q · k)ᵀ · (dy · v)"
    );
    assert!(Scaled::INFO.formula.starts_with("softmax(x/t) + "), "{}", Scaled::INFO.formula);
}

#[test]
fn short_rows_masks_and_nan() {
    use single::called::{Attention, Twice};
    // No rows, and rows of nothing.
    assert_eq!(Twice.forward(&[0.0f32; 0], 0, &mut []), Ok(()));
    assert_eq!(Twice.forward(&[0.0f32; 0], 5, &mut []), Ok(()));
    assert!(single::called::attention(&[], &[], &[]).is_nan());
    // A softmax of one number is 1, whatever it is.
    let (mut y, mut dx) = ([0.0], [1.0]);
    Twice.forward(&[-7.0], 1, &mut y).unwrap();
    Twice.backward(&[-7.0], 1, &[3.0], &mut dx).unwrap();
    assert_eq!((y, dx), ([1.0], [0.0]));

    // What is masked has no weight, and takes no gradient.
    let masked = f32::NEG_INFINITY;
    let mut y = [0.0; 4];
    Twice.forward(&[0.0, masked, 1.0, 0.5], 4, &mut y).unwrap();
    assert_eq!(y[1], 0.0);
    assert!((y.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    let (q, k, v) = ([0.0, masked, 1.0, 0.5], [1.0; 4], [1.0, 2.0, 3.0, 4.0]);
    let mut dx = [[9.0; 4]; 3];
    let [dq, dk, dv] = &mut dx;
    Attention.backward([&q, &k, &v], 4, &[1.0], [dq, dk, dv]).unwrap();
    assert_eq!((dq[1], dv[1]), (0.0, 0.0));
    // All masked: as the softmax of such a row.
    Twice.forward(&[masked; 4], 4, &mut y).unwrap();
    assert!(y.iter().all(|y| y.is_nan()));
    // A NaN stays in its row.
    let mut y = [0.0; 6];
    Twice.forward(&[1.0, f32::NAN, 2.0, 1.0, 2.0, 3.0], 3, &mut y).unwrap();
    assert!(y[..3].iter().all(|y| y.is_nan()) && y[3..].iter().all(|y| y.is_finite()));
}

#[test]
fn shapes_are_checked() {
    use single::called::{Attention, Twice};
    let x = [1.0f32; 12];
    assert!(Twice.forward(&x, 5, &mut [0.0; 12]).is_err());
    assert!(Twice.backward(&x, 4, &x[..8], &mut [0.0; 12]).is_err());
    assert!(Attention.forward([&x, &x[..8], &x], 4, &mut [0.0; 3]).is_err());
    assert!(Attention.jvp([&x, &x, &x], 4, [&x, &x[..4], &x], &mut [0.0; 3]).is_err());
    // What the callee could do from its output, the caller can't.
    assert!(Twice.backward_from_output(&x, 4, &x, &mut [0.0; 12]).is_err());
}

#[test]
fn the_jacobian_is_that_of_differences() {
    let kernel = double::called::Scaled::new(2.0);
    let x = [0.3, -1.2, 2.0, 0.7, -0.1];
    let jacobian = kernel.jacobian(&x);
    for k in 0..x.len() {
        let h = 1e-4;
        let f = |step: f64| {
            let (mut x, mut y) = (x, [0.0; 5]);
            x[k] += step;
            kernel.forward(&x, 5, &mut y).unwrap();
            y
        };
        let [a, b, c, d] = [2.0 * h, h, -h, -2.0 * h].map(f);
        for i in 0..x.len() {
            let slope = (8.0 * (b[i] - c[i]) - (a[i] - d[i])) / (12.0 * h);
            assert!((jacobian[[i, k]] - slope).abs() < 1e-9, "{i} {k}: {} for {slope}", jacobian[[i, k]]);
        }
    }
}

#[test]
fn along_an_axis() {
    use ndarray::{Array2, Axis};
    let x = Array2::from_shape_fn((3, 4), |(i, j)| (i * 4 + j) as f32 * 0.25 - 1.0);
    let y = x.activate_axis(&single::called::Twice, Axis(0));
    for (x, y) in x.columns().into_iter().zip(y.columns()) {
        assert_eq!(y.to_vec(), single::called::twice(&x.to_vec()));
    }
    let norms = x.activate_axis(&single::called::NormOfSoftmax, Axis(1));
    assert_eq!(norms.dim(), (3, 1));
}
