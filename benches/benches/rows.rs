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

/// Softmax in AVX-512 by hand, sums in f32, rows of whole registers: what the generated code is measured against.
#[cfg(target_arch = "x86_64")]
mod softmax_by_hand {
    #[expect(clippy::wildcard_imports, reason = "instructions by their own names")]
    use std::arch::x86_64::*;

    use divan::counter::ItemsCount;
    use divan::{Bencher, black_box};

    #[divan::bench(args = super::SHAPES)]
    fn forward(bencher: Bencher, (n, row): (usize, usize)) {
        if !is_x86_feature_detected!("avx512f") {
            return;
        }
        let (x, mut y) = (super::inputs(n), vec![0.0; n]);
        bencher.counter(ItemsCount::new(n)).bench_local(|| {
            for (x, y) in black_box(&x).chunks_exact(row).zip(black_box(&mut y).chunks_exact_mut(row)) {
                // SAFETY: the instructions are there.
                unsafe { softmax(x, y) }
            }
        });
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn exp(x: __m512) -> __m512 {
        let x = _mm512_max_ps(_mm512_set1_ps(-104.0), x);
        let n = _mm512_roundscale_ps::<8>(_mm512_mul_ps(x, _mm512_set1_ps(std::f32::consts::LOG2_E)));
        let r = _mm512_fmadd_ps(n, _mm512_set1_ps(-0.693_145_75), x);
        let r = _mm512_fmadd_ps(n, _mm512_set1_ps(-1.428_606_8e-6), r);
        let mut p = _mm512_set1_ps(1.393_582_9e-3);
        for c in [8.366_829e-3, 4.166_645_6e-2, 0.166_665_41, 0.5, 1.0, 1.0] {
            p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(c));
        }
        _mm512_scalef_ps(p, n)
    }

    #[target_feature(enable = "avx512f")]
    unsafe fn softmax(x: &[f32], y: &mut [f32]) {
        let (end, x, y) = (x.len(), x.as_ptr(), y.as_mut_ptr());
        // SAFETY: each access is to 32 numbers that end at `end` at the latest.
        unsafe {
            let mut max = [_mm512_set1_ps(f32::NEG_INFINITY); 2];
            for at in (0..end).step_by(32) {
                max[0] = _mm512_max_ps(max[0], _mm512_loadu_ps(x.add(at)));
                max[1] = _mm512_max_ps(max[1], _mm512_loadu_ps(x.add(at + 16)));
            }
            let max = _mm512_set1_ps(_mm512_reduce_max_ps(_mm512_max_ps(max[0], max[1])));
            let mut sum = [_mm512_setzero_ps(); 2];
            for at in (0..end).step_by(32) {
                for (i, sum) in sum.iter_mut().enumerate() {
                    let e = exp(_mm512_sub_ps(_mm512_loadu_ps(x.add(at + 16 * i)), max));
                    *sum = _mm512_add_ps(*sum, e);
                    _mm512_storeu_ps(y.add(at + 16 * i), e);
                }
            }
            let scale = _mm512_set1_ps(1.0 / _mm512_reduce_add_ps(_mm512_add_ps(sum[0], sum[1])));
            for at in (0..end).step_by(16) {
                _mm512_storeu_ps(y.add(at), _mm512_mul_ps(_mm512_loadu_ps(y.add(at)), scale));
            }
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
}
