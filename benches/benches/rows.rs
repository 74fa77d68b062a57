//! Functions of whole rows beside a copy kernel.
//!
//! `cargo bench -p activations-benches --bench rows [-- FILTER]`; one thread, f32, buffers in place before the clock
//! starts.

use activations::prelude::*;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// How many elements, and how many of them make a row.
const SHAPES: [(usize, usize); 5] =
    [(65_536, 128), (65_536, 1_024), (16_777_216, 128), (16_777_216, 1_024), (16_777_216, 4_096)];

/// Exponentials that add up to 1.
#[activation]
pub fn softmax(x: Row<f32>) -> Row<f32> {
    let e = (x - x.max()).exp();
    e / e.sum()
}

/// Their logarithms.
#[activation]
pub fn log_softmax(x: Row<f32>) -> Row<f32> {
    x - x.logsumexp()
}

/// No mean, unit variance.
#[activation]
pub fn layer_norm(x: Row<f32>) -> Row<f32> {
    let centred = x - x.mean();
    centred / ((centred * centred).mean() + 1.0e-5).sqrt()
}

/// Unit mean square.
#[activation]
pub fn rms_norm(x: Row<f32>) -> Row<f32> {
    x / ((x * x).mean() + 1.0e-5).sqrt()
}

/// The length.
#[activation]
pub fn l2_norm(x: Row<f32>) -> f32 {
    x.norm()
}

/// A softmax that is squared: by a call, and written out.
#[activation]
pub fn called(x: Row<f32>) -> Row<f32> {
    let s = softmax(0.125 * x);
    s * s
}

/// The same.
#[activation]
pub fn written_out(x: Row<f32>) -> Row<f32> {
    let e = (0.125 * x - (0.125 * x).max()).exp();
    let s = e / e.sum();
    s * s
}

/// Numbers as layers see them: spread over −6 … 6.
fn inputs(n: usize) -> Vec<f32> {
    let mut rng = fastrand::Rng::with_seed(n as u64);
    (0..n).map(|_| rng.f32() * 12.0 - 6.0).collect()
}

fn forward<K: RowActivation<f32>>(bencher: Bencher, kernel: &K, (n, row): (usize, usize)) {
    let (x, mut y) = (inputs(n), vec![0.0; n / row * kernel.output_len(row)]);
    bencher.counter(ItemsCount::new(n)).bench_local(|| kernel.forward(black_box(&x), row, black_box(&mut y)));
}

fn backward<K: RowActivation<f32>>(bencher: Bencher, kernel: &K, (n, row): (usize, usize)) {
    let (x, dy, mut dx) = (inputs(n), inputs(n / row * kernel.output_len(row)), vec![0.0; n]);
    bencher
        .counter(ItemsCount::new(n))
        .bench_local(|| kernel.backward(black_box(&x), row, black_box(&dy), black_box(&mut dx)));
}

fn backward_from_output<K: RowActivation<f32>>(bencher: Bencher, kernel: &K, (n, row): (usize, usize)) {
    let (mut y, dy, mut dx) = (vec![0.0; n], inputs(n), vec![0.0; n]);
    kernel.forward(&inputs(n), row, &mut y).expect("rows that fit");
    bencher
        .counter(ItemsCount::new(n))
        .bench_local(|| kernel.backward_from_output(black_box(&y), row, black_box(&dy), black_box(&mut dx)));
}

#[divan::bench(args = SHAPES)]
fn softmax_from_output(bencher: Bencher, shape: (usize, usize)) {
    backward_from_output(bencher, &Softmax, shape);
}

#[divan::bench(args = SHAPES)]
fn log_softmax_from_output(bencher: Bencher, shape: (usize, usize)) {
    backward_from_output(bencher, &LogSoftmax, shape);
}

#[divan::bench(args = [65_536, 16_777_216])]
fn copy(bencher: Bencher, n: usize) {
    let (x, mut y) = (inputs(n), vec![0.0; n]);
    bencher.counter(ItemsCount::new(n)).bench_local(|| black_box(&mut y).copy_from_slice(black_box(&x)));
}

/// Two reads and one write, as a backward pass moves.
#[divan::bench(args = [65_536, 16_777_216])]
fn product(bencher: Bencher, n: usize) {
    let (x, dy, mut dx) = (inputs(n), inputs(n), vec![0.0; n]);
    bencher.counter(ItemsCount::new(n)).bench_local(|| {
        for ((dx, x), dy) in black_box(&mut dx).iter_mut().zip(black_box(&x)).zip(black_box(&dy)) {
            *dx = x * dy;
        }
    });
}

/// Softmax by hand, its sums in f32.
#[cfg(target_arch = "x86_64")]
mod softmax_by_hand {
    use activations_benches::by_hand::softmax;

    use super::{Bencher, ItemsCount, SHAPES, black_box, inputs};

    #[divan::bench(args = SHAPES)]
    fn forward(bencher: Bencher, (n, row): (usize, usize)) {
        let (x, mut y) = (inputs(n), vec![0.0; n]);
        if softmax(&x, row, &mut y) {
            let bencher = bencher.counter(ItemsCount::new(n));
            bencher.bench_local(|| softmax(black_box(&x), row, black_box(&mut y)));
        }
    }
}

macro_rules! kernels {
    ($($module:ident: $kernel:expr;)*) => {$(
        mod $module {
            use super::{Bencher, SHAPES};

            #[divan::bench(args = SHAPES)]
            fn forward(bencher: Bencher, shape: (usize, usize)) {
                super::forward(bencher, &$kernel, shape);
            }

            #[divan::bench(args = SHAPES)]
            fn backward(bencher: Bencher, shape: (usize, usize)) {
                super::backward(bencher, &$kernel, shape);
            }
        }
    )*};
}

kernels! {
    softmax_rows: super::Softmax;
    log_softmax_rows: super::LogSoftmax;
    layer_norm_rows: super::LayerNorm;
    rms_norm_rows: super::RmsNorm;
    l2_norm_rows: super::L2Norm;
    called_rows: super::Called;
    written_out_rows: super::WrittenOut;
}
