//! Row kernels written by hand: every length, every level, every step of the ladder.

use activation_runtime::kernel::Info;
use activation_runtime::level::{Level, with_level};
use activation_runtime::real::Real;
use activation_runtime::row::{
    At, Cell, Dot, Max, Precision, Prod, Pullback, Pushforward, RowActivation, RowKernel, Sum, ToRow,
    ToScalar, Value,
};

struct Softmax;

impl RowKernel<1> for Softmax {
    type Output = ToRow;
    const INFO: Info = Info::new("Softmax", "exp(x)/sum(exp(x))", "");

    #[inline(always)]
    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, 1, ToRow>) {
        let max = p.reduce(
            #[inline(always)]
            |At { input: [x], .. }| Max(x),
        );
        let max = p.splat(max);
        let sum = p.reduce_storing(
            #[inline(always)]
            |At { input: [x], .. }| {
                let e = (x - max).exp();
                (Sum(e), [e])
            },
        );
        let scale = sum.recip();
        let scale = p.splat(scale);
        p.map(
            #[inline(always)]
            |At { stored: [e], .. }| [e * scale],
        );
    }

    #[inline(always)]
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, 1, ToRow>) {
        let max = p.reduce(
            #[inline(always)]
            |At { input: ([x], _), .. }| Max(x),
        );
        let max = p.splat(max);
        let (sum, dot) = p.reduce_storing(
            #[inline(always)]
            |At { input: ([x], [dy]), .. }| {
                let e = (x - max).exp();
                ((Sum(e), Dot(dy, e)), [e])
            },
        );
        let (scale, mean) = (sum.recip(), dot / sum);
        let (scale, mean) = (p.splat(scale), p.splat(mean));
        p.map(
            #[inline(always)]
            |At { input: (_, [dy]), stored: [e], .. }| [e * scale * (dy - mean)],
        );
    }

    #[inline(always)]
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, 1, ToRow>) {
        let max = p.reduce(
            #[inline(always)]
            |At { input: ([x], _), .. }| Max(x),
        );
        let max = p.splat(max);
        let (sum, dot) = p.reduce_storing(
            #[inline(always)]
            |At { input: ([x], [v]), .. }| {
                let e = (x - max).exp();
                ((Sum(e), Dot(v, e)), [e])
            },
        );
        let (scale, mean) = (sum.recip(), dot / sum);
        let (scale, mean) = (p.splat(scale), p.splat(mean));
        p.map(
            #[inline(always)]
            |At { input: (_, [v]), stored: [e], .. }| [e * scale * (v - mean)],
        );
    }
}

/// √(Σ x·x), its squares formed in the precision of the row: the ladder has to help.
struct NaiveNorm;

impl RowKernel<1> for NaiveNorm {
    type Output = ToScalar;
    const INFO: Info = Info::new("NaiveNorm", "√(sum(x²))", "");

    #[inline(always)]
    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, 1, ToScalar>) {
        let sum = p.reduce(
            #[inline(always)]
            |At { input: [x], .. }| Sum(x * x),
        );
        p.give(sum.sqrt());
    }
    #[inline(always)]
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, 1, ToScalar>) {
        let sum = p.reduce(
            #[inline(always)]
            |At { input: ([x], []), .. }| Sum(x * x),
        );
        let scale = p.upstream() / sum.sqrt();
        let scale = p.splat(scale);
        p.map(
            #[inline(always)]
            |At { input: ([x], []), .. }| [x * scale],
        );
    }
    #[inline(always)]
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, 1, ToScalar>) {
        let (sum, dot) = p.reduce(
            #[inline(always)]
            |At { input: ([x], [v]), .. }| (Sum(x * x), Dot(x, v)),
        );
        p.give(dot / sum.sqrt());
    }
}

/// Π x and the position of its last element.
struct Product;

impl RowKernel<1> for Product {
    type Output = ToScalar;
    const INFO: Info = Info::new("Product", "prod(x)", "");

    #[inline(always)]
    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, 1, ToScalar>) {
        let product = p.reduce(
            #[inline(always)]
            |At { input: [x], .. }| Prod(x),
        );
        p.give(product);
    }
    #[inline(always)]
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, 1, ToScalar>) {
        p.map(
            #[inline(always)]
            |At { position, .. }| [position],
        );
    }
    #[inline(always)]
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, 1, ToScalar>) {
        let last = p.reduce(
            #[inline(always)]
            |At { position, .. }| Max(position),
        );
        p.give(last);
    }
}

/// cos x − 1, and products that lose as much.
struct Versine;

impl RowKernel<1> for Versine {
    type Output = ToRow;
    const INFO: Info = Info::new("Versine", "cos(x) − 1", "");
    const PRECISION: [Precision; 3] = [Precision::Bounded, Precision::Bounded, Precision::Adaptive];

    #[inline(always)]
    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, 1, ToRow>) {
        p.map(
            #[inline(always)]
            |At { input: [x], .. }| [x.cos() - x.constant(1.0)],
        );
    }
    /// dy·(1 + Σ sin x − 1)
    #[inline(always)]
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, 1, ToRow>) {
        let sum = p.reduce_storing(
            #[inline(always)]
            |At { input: ([x], _), .. }| (Sum(x.sin()), [x]),
        );
        let one = sum + sum.constant(1.0);
        let one = p.splat(one);
        p.map(
            #[inline(always)]
            |At { input: (_, [dy]), .. }| [dy * (one - dy.constant(1.0))],
        );
    }
    #[inline(always)]
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, 1, ToRow>) {
        p.map(
            #[inline(always)]
            |At { input: ([x], [v]), .. }| [v * ((x + x.constant(1.0)) - x.constant(1.0))],
        );
    }
}

fn levels(check: impl Fn(Level)) {
    for level in Level::available() {
        with_level(level, || check(level));
    }
}

/// Numbers between −2 and 2 without a pattern.
fn numbers(n: usize, seed: u64) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..n).map(|_| random.f32() * 4.0 - 2.0).collect()
}

#[test]
fn softmax_of_every_length_on_every_level() {
    levels(|level| {
        for row in 1..70 {
            for (seed, shift) in [(1, 0.0), (2, 1000.0)] {
                let x: Vec<f32> = numbers(3 * row, seed).iter().map(|x| x + shift).collect();
                let dy = numbers(3 * row, seed + 7);
                let (mut y, mut dx) = (vec![0.0; 3 * row], vec![0.0; 3 * row]);
                Softmax.forward(&x, row, &mut y).unwrap();
                Softmax.backward(&x, row, &dy, &mut dx).unwrap();
                for r in 0..3 {
                    let here = r * row..(r + 1) * row;
                    let e: Vec<f64> =
                        x[here.clone()].iter().map(|&x| (f64::from(x) - f64::from(shift)).exp()).collect();
                    let sum: f64 = e.iter().sum();
                    let dot: f64 =
                        e.iter().zip(&dy[here.clone()]).map(|(e, &dy)| e / sum * f64::from(dy)).sum();
                    for i in 0..row {
                        let exact = e[i] / sum;
                        let error = (f64::from(y[here.start + i]) - exact).abs();
                        assert!(
                            error <= 8.0 * 2f64.powi(-24) * exact * (2.0 + exact),
                            "{level:?} {row} {i} {exact} {error}"
                        );
                        let exact = exact * (f64::from(dy[here.start + i]) - dot);
                        let error = (f64::from(dx[here.start + i]) - exact).abs();
                        assert!(
                            error <= 8.0 * 2f64.powi(-24) * e[i] / sum * (2.0 + dot.abs()),
                            "{level:?} {row} {i}"
                        );
                    }
                }
            }
        }
    });
}

#[test]
fn masks_and_nan() {
    let mut y = [0.0f32; 3];
    Softmax.forward(&[f32::NEG_INFINITY, 0.0, 0.0], 3, &mut y).unwrap();
    assert_eq!(y, [0.0, 0.5, 0.5]);
    let mut dx = [0.0f32; 3];
    Softmax.backward(&[f32::NEG_INFINITY, 0.0, 0.0], 3, &[1.0, 2.0, 0.0], &mut dx).unwrap();
    assert_eq!(dx, [0.0, 0.5, -0.5]);
    Softmax.forward(&[f32::NEG_INFINITY; 3], 3, &mut y).unwrap();
    assert!(y.iter().all(|y| y.is_nan()));
    Softmax.forward(&[0.0, f32::NAN, 1.0], 3, &mut y).unwrap();
    assert!(y.iter().all(|y| y.is_nan()));
}

#[test]
fn norms_at_the_ends_of_the_range() {
    levels(|_| {
        for row in [1, 2, 15, 16, 17, 40] {
            for size in [1e30f32, 1e-30, f32::MAX, f32::from_bits(1), 1.0] {
                let x = vec![size; 2 * row];
                let mut y = [0.0; 2];
                NaiveNorm.forward(&x, row, &mut y).unwrap();
                let exact = (f64::from(size) * (row as f64).sqrt()) as f32;
                assert_eq!(y, [exact; 2]);
                let mut dx = vec![0.0; 2 * row];
                NaiveNorm.backward(&x, row, &[1.0, 2.0], &mut dx).unwrap();
                let exact = 1.0 / (row as f64).sqrt();
                for (i, dx) in dx.iter().enumerate() {
                    let exact = exact * (1 + i / row) as f64;
                    assert!((f64::from(*dx) - exact).abs() <= exact * 2f64.powi(-23), "{dx} {exact}");
                }
            }
            let mut y = [0.0; 1];
            let x: Vec<f64> = vec![1e-200; row];
            NaiveNorm.forward(&x, row, &mut y).unwrap();
            assert!((y[0] / 1e-200 / (row as f64).sqrt() - 1.0).abs() < 1e-15);
        }
    });
}

#[test]
fn products_without_bound_and_positions() {
    levels(|_| {
        let mut x = vec![1e30f32; 40];
        x[20..].fill(1e-30);
        let mut y = [0.0];
        Product.forward(&x, 40, &mut y).unwrap();
        assert!((y[0] - 1.0).abs() < 1e-5);
        let mut dx = [0.0f32; 40];
        Product.backward(&x, 40, &[1.0], &mut dx).unwrap();
        assert!(dx.iter().enumerate().all(|(i, dx)| *dx == i as f32));
        Product.jvp(&x, 40, &dx, &mut y).unwrap();
        assert_eq!(y, [39.0]);
    });
}

#[test]
fn shapes() {
    let mut y = [0.0f32; 4];
    assert!(Softmax.forward(&[0.0; 4], 3, &mut y).is_err());
    assert!(Softmax.forward(&[0.0; 4], 0, &mut y).is_err());
    assert!(Softmax.forward(&[0.0; 4], 2, &mut y[..3]).is_err());
    assert!(Softmax.forward(&[], 0, &mut y[..0]).is_ok());
    assert!(Softmax.forward(&[], 5, &mut y[..0]).is_ok());
    assert!(NaiveNorm.forward(&[0.0; 4], 2, &mut y[..3]).is_err());
    assert!(NaiveNorm.forward(&[3.0, 4.0, 0.0, 1.0], 2, &mut y[..2]).is_ok());
    assert_eq!(y[..2], [5.0, 1.0]);
    assert_eq!(RowActivation::<f32>::output_len(&Softmax, 7), 7);
    assert_eq!(RowActivation::<f32>::output_len(&NaiveNorm, 7), 1);
}

#[test]
fn long_sums_are_within_their_bound() {
    levels(|_| {
        for (row, equal) in [(1000, false), (1 << 16, false), (1000, true), (1 << 16, true)] {
            let x = if equal { vec![0.1; row] } else { numbers(row, 5) };
            let mut y = [0.0];
            NaiveNorm.forward(&x, row, &mut y).unwrap();
            let exact = x.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
            // The squares' rounding and three of sums, halved by the root, and the root's own.
            assert!((f64::from(y[0]) - exact).abs() <= 2.5 * 2f64.powi(-24) * exact, "{} {exact}", y[0]);
        }
    });
}

#[test]
fn no_gradient_comes_of_none() {
    for row in [1, 5, 40] {
        let x: Vec<f32> = numbers(row, 3).iter().map(|x| x * 1e30).collect();
        let zeros = vec![0.0; row];
        let mut dx = vec![1.0; row];
        Softmax.backward(&x, row, &zeros, &mut dx).unwrap();
        assert_eq!(dx, zeros);
        dx.fill(1.0);
        NaiveNorm.backward(&x, row, &[0.0], &mut dx).unwrap();
        assert_eq!(dx, zeros);
        let mut y = [1.0];
        NaiveNorm.jvp(&x, row, &zeros, &mut y).unwrap();
        assert_eq!(y, [0.0]);
    }
    let mut dx = [0.0f32; 2];
    Softmax.backward(&[f32::NAN, 0.0], 2, &[0.0; 2], &mut dx).unwrap();
    assert!(dx.iter().all(|dx| dx.is_nan()));
}

#[cfg(feature = "half")]
#[test]
fn halves_are_rounded_once() {
    use half::{bf16, f16};

    /// Softmax and norm of rows of `$half` beside f64; `$epsilon` is half of its ε, `$tiny` half its smallest number.
    macro_rules! check {
        ($half:ident, $epsilon:expr, $tiny:expr) => {
            let allowed = |exact: f64| exact.abs() * $epsilon * 1.001 + $tiny;
            for row in [1, 2, 17, 300, 5000] {
                let x: Vec<$half> = numbers(3 * row, 11).into_iter().map($half::from_f32).collect();
                let (mut y, mut dx) = (vec![$half::NAN; 3 * row], vec![$half::NAN; 3 * row]);
                let (mut norms, up) = ([$half::NAN; 3], [1.0, -2.0, 0.5].map($half::from_f64));
                Softmax.forward(&x, row, &mut y).unwrap();
                NaiveNorm.forward(&x, row, &mut norms).unwrap();
                NaiveNorm.backward(&x, row, &up, &mut dx).unwrap();
                for r in 0..3 {
                    let x: Vec<f64> = x[r * row..(r + 1) * row].iter().map(|x| x.to_f64()).collect();
                    let total: f64 = x.iter().map(|x| x.exp()).sum();
                    let norm = x.iter().map(|x| x * x).sum::<f64>().sqrt();
                    assert!((norms[r].to_f64() - norm).abs() <= allowed(norm), "{} {norm}", norms[r]);
                    for (i, x) in x.iter().enumerate() {
                        let (y, dx) = (y[r * row + i].to_f64(), dx[r * row + i].to_f64());
                        let exact = x.exp() / total;
                        assert!((y - exact).abs() <= allowed(exact), "row of {row}: {y} for {exact}");
                        let exact = up[r].to_f64() * x / norm;
                        assert!((dx - exact).abs() <= allowed(exact), "row of {row}: {dx} for {exact}");
                    }
                }
            }
        };
    }

    check!(f16, 2f64.powi(-11), 2f64.powi(-25));
    check!(bf16, 2f64.powi(-8), 2f64.powi(-134));
}

#[cfg(feature = "rayon")]
#[test]
fn rows_on_many_threads_are_those_of_one() {
    use activation_runtime::parallel::Parallel;

    for (count, row) in [(0, 3), (1, 5), (70_000, 3), (2_000, 100), (3, 70_001)] {
        let (x, dy) = (numbers(count * row, 1), numbers(count * row, 2));
        let zeros = || vec![0.0f32; count * row];
        let [mut one, mut all] = [zeros(), zeros()];
        Softmax.forward(&x, row, &mut one).unwrap();
        Parallel(Softmax).forward(&x, row, &mut all).unwrap();
        assert!(one == all);
        Softmax.backward(&x, row, &dy, &mut one).unwrap();
        Parallel(Softmax).backward(&x, row, &dy, &mut all).unwrap();
        assert!(one == all);
        Softmax.jvp(&x, row, &dy, &mut one).unwrap();
        Parallel(Softmax).jvp(&x, row, &dy, &mut all).unwrap();
        assert!(one == all);
        let [mut one, mut all] = [vec![0.0; count], vec![1.0; count]];
        NaiveNorm.forward(&x, row, &mut one).unwrap();
        Parallel(NaiveNorm).forward(&x, row, &mut all).unwrap();
        assert!(one == all);
        let [mut dx, mut dx_all] = [zeros(), zeros()];
        NaiveNorm.backward(&x, row, &one, &mut dx).unwrap();
        Parallel(NaiveNorm).backward(&x, row, &one, &mut dx_all).unwrap();
        assert!(dx == dx_all);
    }
    let mut y = vec![7.0f32; 200_000];
    assert!(Parallel(Softmax).forward(&vec![0.0; 200_000], 100, &mut y[1..]).is_err());
    assert!(Parallel(Softmax).backward_from_output(&vec![0.0; 200_000], 100, &[], &mut y).is_err());
    assert!(y.iter().all(|y| *y == 7.0));
}

#[cfg(feature = "ndarray")]
mod axes {
    use activation_runtime::row::axis::ActivateAxis;
    use ndarray::{Array, Axis, s};

    use super::*;

    #[test]
    fn along_every_axis_of_every_layout() {
        let x = Array::from_shape_vec((3, 4, 5), numbers(60, 3)).unwrap();
        let views = [x.view(), x.view().reversed_axes(), x.slice(s![..;-1, 1.., ..;2])];
        for x in views {
            for axis in [Axis(0), Axis(1), Axis(2)] {
                let y = x.activate_axis(&Softmax, axis);
                let norms = x.activate_axis(&NaiveNorm, axis);
                let dx = x.activate_axis_backward(&Softmax, axis, &y).unwrap();
                assert_eq!(y.shape(), x.shape());
                assert_eq!(norms.len_of(axis), 1);
                let lanes =
                    x.lanes(axis).into_iter().zip(y.lanes(axis)).zip(dx.lanes(axis)).zip(norms.iter());
                for (((x, y), dx), norm) in lanes {
                    let x = x.to_vec();
                    let (mut exact, mut gradient) = (vec![0.0; x.len()], vec![0.0; x.len()]);
                    Softmax.forward(&x, x.len(), &mut exact).unwrap();
                    Softmax.backward(&x, x.len(), &exact, &mut gradient).unwrap();
                    assert_eq!((y.to_vec(), dx.to_vec()), (exact, gradient));
                    let mut exact = [0.0];
                    NaiveNorm.forward(&x, x.len(), &mut exact).unwrap();
                    assert_eq!(*norm, exact[0]);
                }
            }
        }
        assert!(x.activate_axis_backward(&NaiveNorm, Axis(1), &x).is_err());
    }

    #[test]
    fn jacobian_of_a_row() {
        let j = Softmax.jacobian(&[0.0f64, 0.0]);
        assert_eq!(j, ndarray::array![[0.25, -0.25], [-0.25, 0.25]]);
    }
}

#[test]
fn what_cancels_is_computed_in_as_many_bits_as_it_takes() {
    levels(|level| {
        for n in [1, 3, 16, 37] {
            let mut x: Vec<f32> = (0..n).map(|i| 1.5 * 10f32.powi(-i)).collect();
            let [mut y, mut dx] = [(); 2].map(|()| vec![0.0; n as usize]);
            Versine.forward(&x, n as usize, &mut y).unwrap();
            for (y, &x) in y.iter().zip(&x) {
                // cos x − 1 = −2·sin²(x/2)
                let exact = -2.0 * (0.5 * f64::from(x)).sin().powi(2);
                let error = (f64::from(*y) - exact).abs();
                assert!(error <= exact.abs() * 2f64.powi(-23) + 1e-45, "{level:?}: {y:e} of {x:e}");
            }
            // So small that 1 + x is 1 in 106 bits: rows of such numbers are out of the ordinary.
            x.fill(1e-36);
            let ones = vec![1.0; n as usize];
            Versine.backward(&x, n as usize, &ones, &mut dx).unwrap();
            Versine.jvp(&x, n as usize, &ones, &mut y).unwrap();
            let sum = n as f32 * 1e-36;
            assert!(dx.iter().all(|dx| (dx / sum - 1.0).abs() < 1e-6), "{level:?}: {dx:?}");
            assert!(y.iter().all(|&y| y == 1e-36), "{level:?}: {y:?}");
        }
        // What isn't finite is so in few bits as in many.
        let mut y = [0.0; 3];
        Versine.forward(&[f32::NAN, f32::INFINITY, 0.0], 3, &mut y).unwrap();
        assert!(y[0].is_nan() && y[1].is_nan() && y[2] == 0.0, "{level:?}: {y:?}");
    });
}
