//! Row kernels that call others, written by hand: every level, the ladder of precision, halves, threads, parameters.

use activation_runtime::kernel::Info;
use activation_runtime::level::{Level, with_level};
use activation_runtime::real::Real;
use activation_runtime::row::{
    At, Callee, Cell, ParameterPullback, Positive, Pullback, Pushforward, RowActivation, RowKernel,
    RowParametric, RowTrainable, Sum, ToRow, ToScalar, Value, room,
};

/// gain·x²
struct Squares {
    gain: f64,
}

impl RowKernel<1> for Squares {
    type Output = ToRow;
    const INFO: Info = Info::new("Squares", "gain · x²", "");

    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, 1, ToRow>) {
        p.map(|At { input: [x], .. }| [x.constant(self.gain) * x * x]);
    }
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, 1, ToRow>) {
        p.map(|At { input: ([x], [dy]), .. }| [x.constant(2.0 * self.gain) * x * dy]);
    }
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, 1, ToRow>) {
        p.map(|At { input: ([x], [v]), .. }| [x.constant(2.0 * self.gain) * x * v]);
    }
}

impl RowParametric<1, 1> for Squares {
    fn parameter_pullback<R: Cell<Scalar = S>, S: Real>(
        &self,
        p: &mut ParameterPullback<'_, R, 1, ToRow>,
    ) -> [S; 1] {
        [p.reduce(|At { input: ([x], [dy]), .. }| Sum(x * x * dy))]
    }
    fn from_gradient([gain]: [f64; 1]) -> Self {
        Self { gain }
    }
}

/// Σ x
struct Total;

impl RowKernel<1> for Total {
    type Output = ToScalar;
    const INFO: Info = Info::new("Total", "sum(x)", "");

    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, 1, ToScalar>) {
        let sum = p.reduce(|At { input: [x], .. }| Positive(x));
        p.give(sum);
    }
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, 1, ToScalar>) {
        let dy = p.upstream();
        let dy = p.splat(dy);
        p.map(|_| [dy]);
    }
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, 1, ToScalar>) {
        let sum = p.reduce(|At { input: (_, [v]), .. }| Sum(v));
        p.give(sum);
    }
}

/// What of the squares each has: squares(x)/total(squares(x)), which gain is nothing to.
struct Shares {
    gain: f64,
}

impl Shares {
    fn squares(&self) -> Squares {
        Squares { gain: self.gain }
    }
}

impl RowKernel<1> for Shares {
    type Output = ToRow;
    const INFO: Info = Info::new("Shares", "squares(x)/total(squares(x))", "");
    const ROOM: [usize; 4] = room([3, 7, 6, 5], &[Callee::of::<Squares, 1>(), Callee::of::<Total, 1>()]);

    fn value<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Value<'_, R, 1, ToRow>) {
        let p = &mut p.call(&self.squares(), |At { input: [x], .. }| [x]);
        let p = &mut p.call(&Total, |At { input: (_, [squares]), .. }| [squares]);
        p.map(|At { input: ((_, [squares]), [total]), .. }| [squares / total]);
    }
    fn pullback<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pullback<'_, R, 1, ToRow>) {
        let p = &mut p.call(&self.squares(), |At { input: ([x], _), .. }| [x]);
        let p = &mut p.call(&Total, |At { input: (_, [squares]), .. }| [squares]);
        let p = &mut p.pull(&Total, |At { input: (((_, [dy]), [squares]), [total]), .. }| {
            ([squares], [-dy * squares / total / total])
        });
        let p = &mut p
            .pull(&self.squares(), |At { input: (((([x], [dy]), _), [total]), [through]), .. }| {
                ([x], [dy / total + through])
            });
        p.map(|At { input: (_, [dx]), .. }| [dx]);
    }
    fn pushforward<R: Cell<Scalar = S>, S: Real>(&self, p: &mut Pushforward<'_, R, 1, ToRow>) {
        let p = &mut p.call(&self.squares(), |At { input: ([x], _), .. }| [x]);
        let p = &mut p.call(&Total, |At { input: (_, [squares]), .. }| [squares]);
        let p = &mut p.push(&self.squares(), |At { input: ((([x], [v]), _), _), .. }| ([x], [v]));
        let p = &mut p.push(&Total, |At { input: (((_, [squares]), _), [v]), .. }| ([squares], [v]));
        p.map(|At { input: ((((_, [squares]), [total]), [v]), [of_total]), .. }| {
            [(v - squares / total * of_total) / total]
        });
    }
}

impl RowParametric<1, 1> for Shares {
    fn parameter_pullback<R: Cell<Scalar = S>, S: Real>(
        &self,
        p: &mut ParameterPullback<'_, R, 1, ToRow>,
    ) -> [S; 1] {
        // Of the squares alone, the total taken as it is.
        let p = &mut p.call(&self.squares(), |At { input: ([x], _), .. }| [x]);
        let p = &mut p.call(&Total, |At { input: (_, [squares]), .. }| [squares]);
        p.pull_parameters(&self.squares(), |At { input: ((([x], [dy]), _), [total]), .. }| {
            ([x], [dy / total])
        })
    }
    fn from_gradient([gain]: [f64; 1]) -> Self {
        Self { gain }
    }
}

fn numbers(len: usize, seed: u64) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(seed);
    (0..len).map(|_| random.f32() * 2.0 - 0.99).collect()
}

const KERNEL: Shares = Shares { gain: 3.0 };

/// y, dx, and J·dy, for one row, and the largest of the terms that they are sums of.
fn exact(x: &[f32], dy: &[f32]) -> [(Vec<f64>, f64); 3] {
    let [x, dy] = [x, dy].map(|row| row.iter().copied().map(f64::from).collect::<Vec<f64>>());
    let total: f64 = x.iter().map(|x| x * x).sum();
    let y: Vec<f64> = x.iter().map(|x| x * x / total).collect();
    let mean: f64 = y.iter().zip(&dy).map(|(y, dy)| y * dy).sum();
    let dx = x.iter().zip(&dy).map(|(x, dy)| 2.0 * x * (dy - mean) / total);
    let along: f64 = x.iter().zip(&dy).map(|(x, dy)| 2.0 * x * dy).sum::<f64>() / total;
    let jvp = x.iter().zip(&y).zip(&dy).map(|((x, y), dy)| 2.0 * x * dy / total - y * along);
    let largest = x
        .iter()
        .zip(&dy)
        .fold(0.0_f64, |most, (x, dy)| most.max((2.0 * x / total).abs().max((x * dy / total).abs())));
    [(y.clone(), 1.0), (dx.collect(), largest), (jvp.collect(), largest)]
}

fn assert_close(found: &[f32], (exact, largest): &(Vec<f64>, f64), what: &str) {
    for (i, (&found, exact)) in found.iter().zip(exact).enumerate() {
        assert!((f64::from(found) - exact).abs() <= 1e-6 * largest, "{what} [{i}]: {found} for {exact}");
    }
}

#[test]
fn on_every_level_of_every_length_and_size() {
    for level in Level::available() {
        for row in [1, 2, 7, 16, 33, 100] {
            // Squares that overflow and underflow are computed again, those of the callee too.
            for size in [1.0, 1e30, 1e-30] {
                let x: Vec<f32> = numbers(2 * row, 1).into_iter().map(|x| x * size).collect();
                let dy = numbers(2 * row, 2);
                let mut outputs = [vec![0.0; 2 * row], vec![0.0; 2 * row], vec![0.0; 2 * row]];
                with_level(level, || {
                    let [y, dx, jvp] = &mut outputs;
                    KERNEL.forward(&x, row, y).unwrap();
                    KERNEL.backward(&x, row, &dy, dx).unwrap();
                    KERNEL.jvp(&x, row, &dy, jvp).unwrap();
                });
                for r in [0..row, row..2 * row] {
                    let exact = exact(&x[r.clone()], &dy[r.clone()]);
                    for (output, exact) in outputs.iter().zip(&exact) {
                        if exact.0.iter().all(|y| y.abs() < f64::from(f32::MAX)) {
                            assert_close(
                                &output[r.clone()],
                                exact,
                                &format!("{level:?}, {row} of size {size:e}"),
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn parameters_through_a_callee() {
    let (row, count) = (16, 5);
    let (x, dy) = (numbers(row * count, 3), numbers(row * count, 4));
    let mut dx = vec![0.0; row * count];
    let gradient = KERNEL.backward_params(&x, row, &dy, &mut dx).unwrap();
    let each = (0..count).map(|r| r * row..(r + 1) * row).map(|r| {
        let [(y, _), ..] = exact(&x[r.clone()], &dy[r.clone()]);
        y.iter().zip(&dy[r]).map(|(y, &dy)| y * f64::from(dy)).sum::<f64>() / 3.0
    });
    assert!((gradient.gain - each.sum::<f64>()).abs() < 1e-12, "{}", gradient.gain);
}

#[cfg(feature = "half")]
#[test]
fn halves() {
    use half::bf16;

    let row = 20;
    let x: Vec<bf16> = numbers(row, 5).into_iter().map(bf16::from_f32).collect();
    let mut y = vec![bf16::ZERO; row];
    KERNEL.forward(&x, row, &mut y).unwrap();
    let x: Vec<f32> = x.iter().map(|x| x.to_f32()).collect();
    let [(exact, _), ..] = exact(&x, &x);
    for (y, exact) in y.iter().zip(exact) {
        assert!((y.to_f64() - exact).abs() <= exact * 2f64.powi(-8), "{y} for {exact}");
    }
}

#[cfg(feature = "rayon")]
#[test]
fn on_many_threads_as_on_one() {
    use activation_runtime::parallel::Parallel;

    let (row, count) = (100, 2_000);
    let (x, dy) = (numbers(row * count, 6), numbers(row * count, 7));
    let [mut one, mut all] = [vec![0.0; row * count], vec![0.0; row * count]];
    KERNEL.forward(&x, row, &mut one).unwrap();
    Parallel(KERNEL).forward(&x, row, &mut all).unwrap();
    assert!(one == all);
    let gradient = KERNEL.backward_params(&x, row, &dy, &mut one).unwrap();
    let on_all = Parallel(KERNEL).backward_params(&x, row, &dy, &mut all).unwrap();
    let again = Parallel(KERNEL).backward_params(&x, row, &dy, &mut all).unwrap();
    assert!(one == all);
    assert_eq!(on_all.gain, again.gain);
    assert!((gradient.gain - on_all.gain).abs() <= 1e-15 * gradient.gain.abs());
}
