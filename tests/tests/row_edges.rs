//! Row functions at the edges: masks, NaN, ties, zeros, lengths, own gradients, several rows, plain calls.

use activations::prelude::*;

mod functions {
    use activations::prelude::*;

    /// Exponentials that add up to 1.
    #[activation]
    pub fn softmax(x: Row<f32>) -> Row<f32> {
        x.exp() / x.exp().sum()
    }

    #[activation]
    pub fn log_softmax(x: Row<f32>) -> Row<f32> {
        x - x.logsumexp()
    }

    #[activation]
    pub fn l2_norm(x: Row<f32>) -> f32 {
        x.norm()
    }

    #[activation(vjp = |x, y, dy| dy * x / y, name = OwnNorm)]
    pub fn own_norm(x: Row<f32>) -> f32 {
        x.norm()
    }

    /// Rounds forward, passes the gradient on.
    #[activation(vjp = |x, y, dy| dy)]
    pub fn straight_through(x: Row<f32>) -> Row<f32> {
        x.round() / x.abs().max()
    }

    #[activation(vjp = |x, t, y, dy| (dy * t, dy * x))]
    pub fn own_dot(x: Row<f32>, t: Row<f32>) -> f32 {
        x.dot(t)
    }

    /// One number for the gradient of every element.
    #[activation(vjp = |x, y, dy| dy)]
    pub fn own_sum(x: Row<f32>) -> f32 {
        x.sum()
    }

    #[activation]
    pub fn largest(x: Row<f32>) -> f32 {
        x.max()
    }

    #[activation]
    pub fn smallest(x: Row<f32>) -> f32 {
        x.min()
    }

    #[activation]
    pub fn product(x: Row<f32>) -> f32 {
        x.prod()
    }

    #[activation]
    pub fn scaled(x: Row<f32>, #[param(2.0)] by: f32) -> Row<f32> {
        x * by + x.mean()
    }

    #[activation]
    pub fn distance(x: Row<f32>, t: Row<f32>) -> f32 {
        (x - t).norm()
    }

    #[activation]
    pub fn variance(x: Row<f32>) -> f32 {
        let centred = x - x.mean();
        (centred * centred).mean()
    }

    #[activation]
    pub fn variance64(x: Row<f64>) -> f64 {
        (x - x.mean()).powi(2).mean()
    }

    #[activation]
    pub fn deviation(x: Row<f32>) -> f32 {
        (x - x.mean()).powi(2).mean().sqrt()
    }

    #[activation]
    pub fn softmax64(x: Row<f64>) -> Row<f64> {
        x.exp() / x.exp().sum()
    }
}
use functions::*;

const INF: f32 = f32::INFINITY;

#[test]
fn masked_elements_get_nothing() {
    let x = [1.0, -INF, 0.0, -INF];
    let y = softmax(&x);
    assert_eq!((y[1], y[3]), (0.0, 0.0));
    assert!((y[0] - 0.731_058_6).abs() < 1e-6);
    let mut dx = [0.0; 4];
    Softmax.backward(&x, 4, &[1.0, 2.0, 3.0, 4.0], &mut dx).unwrap();
    assert_eq!((dx[1], dx[3]), (0.0, 0.0));
    assert!((dx[0] + 2.0 * 0.196_611_9).abs() < 1e-6 && (dx[0] + dx[2]).abs() < 1e-7, "{dx:?}");
    let y = log_softmax(&x);
    assert_eq!((y[1], y[3]), (-INF, -INF));
    assert!(softmax(&[-INF; 3]).iter().all(|y| y.is_nan()));
}

#[test]
fn nan_stays_nan_in_its_row() {
    let mut y = [0.0; 6];
    Softmax.forward(&[0.0, f32::NAN, 1.0, 0.0, 0.0, 0.0], 3, &mut y).unwrap();
    assert!(y[..3].iter().all(|y| y.is_nan()));
    assert_eq!(y[3..], [1.0 / 3.0; 3]);
    assert!(l2_norm(&[1.0, f32::NAN]).is_nan());
    assert!(largest(&[1.0, f32::NAN]).is_nan());
}

#[test]
fn the_last_of_equals_takes_the_derivative() {
    let mut dx = [0.0; 40];
    let mut x = [0.0; 40];
    (x[3], x[17], x[20]) = (5.0, 5.0, 5.0);
    Largest.backward(&x, 40, &[3.0], &mut dx).unwrap();
    let at: Vec<usize> = (0..40).filter(|&i| dx[i] != 0.0).collect();
    assert_eq!((at, dx[20]), (vec![20], 3.0));
    Smallest.backward(&x, 40, &[3.0], &mut dx).unwrap();
    let at: Vec<usize> = (0..40).filter(|&i| dx[i] != 0.0).collect();
    assert_eq!((at, dx[39]), (vec![39], 3.0));
    let mut y = [0.0];
    Largest.jvp(&x, 40, &core::array::from_fn::<f32, 40, _>(|i| i as f32), &mut y).unwrap();
    assert_eq!(y, [20.0]);
}

#[test]
fn the_norm_has_gradient_0_at_the_origin() {
    let mut dx = [1.0; 3];
    L2Norm.backward(&[0.0; 3], 3, &[2.0], &mut dx).unwrap();
    assert_eq!(dx, [0.0; 3]);
    Distance.backward([&[1.0; 3], &[1.0; 3]], 3, &[2.0], [&mut dx, &mut [0.0; 3]]).unwrap();
    assert_eq!(dx, [0.0; 3]);
    let mut y = [1.0];
    L2Norm.jvp(&[0.0; 3], 3, &[1.0; 3], &mut y).unwrap();
    assert_eq!(y, [0.0]);
}

#[test]
fn norms_keep_the_ends_of_the_range() {
    assert_eq!(l2_norm(&[3e30, 4e30]), 5e30);
    assert_eq!(l2_norm(&[3e-42, 4e-42]), 5e-42);
    assert_eq!(l2_norm(&[f32::MAX]), f32::MAX);
    assert_eq!(l2_norm(&[f32::MAX; 2]), INF);
    assert_eq!(l2_norm(&[INF, 1.0]), INF);
    assert_eq!(l2_norm(&[-3e-44]), 3e-44);
}

#[test]
fn products_leave_one_zero_out() {
    let mut dx = [9.0; 3];
    for (x, exact) in [
        ([2.0, 3.0, 4.0], [12.0, 8.0, 6.0]),
        ([2.0, 0.0, 4.0], [0.0, 8.0, 0.0]),
        ([0.0, 0.0, 4.0], [0.0, 0.0, 0.0]),
        ([1e30, 1e30, 1e-30], [1.0, 1.0, INF]),
    ] {
        Product.backward(&x, 3, &[1.0], &mut dx).unwrap();
        for (dx, exact) in dx.iter().zip(exact) {
            assert!(*dx == exact || (dx - exact).abs() < 1e-6, "{x:?} {dx} {exact}");
        }
    }
}

#[test]
fn own_gradients_count() {
    let x = [3.0, 4.0, 1.0, 0.0];
    let (mut own, mut derived) = ([0.0; 4], [0.0; 4]);
    OwnNorm.backward(&x, 2, &[1.0, 2.0], &mut own).unwrap();
    L2Norm.backward(&x, 2, &[1.0, 2.0], &mut derived).unwrap();
    assert_eq!(own, derived);
    // J·v is that of the author's J.
    let (mut own, mut derived) = ([0.0; 2], [0.0; 2]);
    OwnNorm.jvp(&x, 2, &[0.5, 1.0, 2.0, 3.0], &mut own).unwrap();
    L2Norm.jvp(&x, 2, &[0.5, 1.0, 2.0, 3.0], &mut derived).unwrap();
    assert_eq!(own, derived);

    assert_eq!(straight_through(&[1.2, -2.0]), [0.5, -1.0]);
    let mut dx = [0.0; 2];
    StraightThrough.backward(&[1.2, -2.0], 2, &[5.0, 6.0], &mut dx).unwrap();
    assert_eq!(dx, [5.0, 6.0]);
    StraightThrough.jvp(&[1.2, -2.0], 2, &[5.0, 6.0], &mut dx).unwrap();
    assert_eq!(dx, [5.0, 6.0]);

    let (mut dx, mut dy) = ([0.0; 2], [0.0]);
    OwnSum.backward(&[1.0, 2.0], 2, &[5.0], &mut dx).unwrap();
    OwnSum.jvp(&[1.0, 2.0], 2, &[3.0, 4.0], &mut dy).unwrap();
    assert_eq!((dx, dy), ([5.0; 2], [7.0]));

    let (mut dx, mut dt) = ([0.0; 2], [0.0; 2]);
    OwnDot.backward([&[1.0, 2.0], &[3.0, 4.0]], 2, &[2.0], [&mut dx, &mut dt]).unwrap();
    assert_eq!((dx, dt), ([6.0, 8.0], [2.0, 4.0]));
    let mut y = [0.0];
    OwnDot.jvp([&[1.0, 2.0], &[3.0, 4.0]], 2, [&[1.0, 0.0], &[0.0, 1.0]], &mut y).unwrap();
    assert_eq!(y, [5.0]);
}

#[test]
fn shapes_that_disagree_are_errors_and_write_nothing() {
    let mut y = [7.0; 4];
    assert!(Softmax.forward(&[0.0; 5], 2, &mut y).is_err());
    assert!(Softmax.forward(&[0.0; 4], 2, &mut y[..3]).is_err());
    assert!(L2Norm.forward(&[0.0; 4], 2, &mut y).is_err());
    assert!(Distance.forward([&[0.0; 4], &[0.0; 2]], 2, &mut y[..2]).is_err());
    assert!(Softmax.backward(&[0.0; 4], 2, &[0.0; 2], &mut y).is_err());
    assert!(Softmax.forward(&[0.0; 4], 0, &mut y).is_err());
    assert_eq!(y, [7.0; 4]);
    assert!(Softmax.forward(&[0.0f32; 0], 0, &mut []).is_ok());
    assert!(L2Norm.forward(&[0.0f32; 0], 3, &mut []).is_ok());
}

#[test]
fn plain_calls_parameters_and_what_is_known() {
    assert_eq!(softmax(&[]), [] as [f32; 0]);
    assert_eq!(softmax(&[4.0]), [1.0]);
    assert_eq!(scaled(&[1.0, 3.0], 3.0), [5.0, 11.0]);
    assert_eq!(Scaled::default(), Scaled::new(2.0));
    assert_eq!(distance(&[3.0, 0.0], &[0.0, 4.0]), 5.0);
    let info = RowActivation::<f32>::info(&Softmax);
    assert_eq!(info.name, "Softmax");
    assert_eq!(info.formula, "exp(x)/sum(exp(x))");
    assert!(info.derivative.contains("dy"), "{}", info.derivative);
    let boxed: Vec<Box<dyn RowActivation<f32>>> = vec![Box::new(Softmax), Box::new(L2Norm)];
    assert_eq!(boxed.iter().map(|f| f.output_len(5)).collect::<Vec<_>>(), [5, 1]);
}

#[test]
fn f64_rows() {
    let y = softmax64(&[1000.0, 1001.0]);
    assert!((y[1] - 0.731_058_578_630_004_9).abs() < 1e-15);
    let mut dx = [0.0f64; 2];
    // A function of f32 rows serves f64 rows too.
    L2Norm.backward(&[3e-200, 4e-200], 2, &[1.0], &mut dx).unwrap();
    assert!((dx[0] - 0.6).abs() < 1e-15 && (dx[1] - 0.8).abs() < 1e-15, "{dx:?}");
}

#[test]
fn a_row_does_not_depend_on_its_neighbours() {
    let x: Vec<f32> = (0..35 * 9).map(|i| ((i * 37 % 101) as f32 - 50.0) / 10.0).collect();
    let mut all = vec![0.0; x.len()];
    Softmax.forward(&x, 35, &mut all).unwrap();
    for (x, y) in x.chunks(35).zip(all.chunks(35)) {
        assert_eq!(softmax(x), y);
    }
}

#[test]
fn along_an_axis() {
    use ndarray::{Axis, array};
    let x = array![[0.0f32, 0.0], [1000.0, 1000.0]];
    assert_eq!(x.activate_axis(&Softmax, Axis(1)), array![[0.5, 0.5], [0.5, 0.5]]);
    assert_eq!(x.activate_axis(&Softmax, Axis(0)), array![[0.0, 0.0], [1.0, 1.0]]);
    assert_eq!(x.activate_axis(&L2Norm, Axis(0)), array![[1000.0, 1000.0]]);
    let j = RowActivation::<f64>::jacobian(&Softmax, &[0.0, 0.0]);
    assert_eq!(j, array![[0.25, -0.25], [-0.25, 0.25]]);
}

/// Rows of whole numbers in which some differ from most: where they stand, and how far off they are.
const UNEVEN: [fn(usize, usize) -> i64; 9] = [
    |i, _| if i == 0 { 1_000_000 } else { (i % 3) as i64 },
    |i, n| if i == n / 2 { -1_000_000 } else { (i % 5) as i64 },
    |i, n| if i + 1 == n { 1_000_000 } else { (i % 7) as i64 },
    // Nothing at first, nothing at last, nothing in the middle.
    |i, _| if i < 40 { 0 } else { 100_000 + (i % 2) as i64 },
    |i, n| if i + 40 > n { 0 } else { 100_000 + (i % 2) as i64 },
    |i, n| if i.abs_diff(n / 2) < 20 { 0 } else { 100_000 + (i % 2) as i64 },
    |i, _| i as i64,
    |i, _| 16_000_000 + (i % 3) as i64,
    |_, _| 12_345,
];

#[test]
fn variances_of_uneven_rows() {
    for n in (1..70).chain([100, 128, 257, 1_000, 1_024, 4_099]) {
        for (kind, row) in UNEVEN.iter().enumerate() {
            let row: Vec<i64> = (0..n).map(|i| row(i, n)).collect();
            let count = n as i128;
            let sum: i128 = row.iter().map(|&x| i128::from(x)).sum();
            let squares: i128 = row.iter().map(|&x| i128::from(x) * i128::from(x)).sum();
            let exact = (count * squares - sum * sum) as f64 / (count * count) as f64;
            let mean = sum as f64 / n as f64;
            let bend: f64 = row.iter().map(|&x| x.abs() as f64 * (x as f64 - mean).abs()).sum();
            let unit = exact + 2.0 * bend / n as f64;
            let single = variance(&row.iter().map(|&x| x as f32).collect::<Vec<_>>());
            let double = variance64(&row.iter().map(|&x| x as f64).collect::<Vec<_>>());
            for (found, epsilon) in [(f64::from(single), f64::from(f32::EPSILON)), (double, f64::EPSILON)] {
                let error = (found - exact).abs();
                assert!(error <= 4.0 * epsilon * unit, "{kind}, {n}: {found:e} for {exact:e}, unit {unit:e}");
            }
        }
    }
}

#[test]
fn equal_numbers_do_not_deviate() {
    for n in (1..40).chain([127, 1_000]) {
        for x in [0.1, -1_000.7, 1e30, 1e-30, 3e38, 1e-45] {
            assert_eq!(deviation(&vec![x; n]), 0.0, "{n} times {x}");
        }
    }
    for x in [f32::NAN, INF, -INF] {
        for at in [0, 20, 39] {
            let mut row = [1.0; 40];
            row[at] = x;
            assert!(deviation(&row).is_nan(), "{x} at {at}");
        }
    }
}
