//! The library's own algorithms for eˣ and GELU, written by hand with AVX-512 intrinsics: what it costs to generate
//! them.

#[expect(clippy::wildcard_imports, reason = "instructions by their own names")]
use std::arch::x86_64::*;

use activation_runtime::math::normal::single::{CENTRE, COEFFICIENTS, LOG};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

use super::{Exp, Gelu, SIZES, inputs};
use activations::Activation;

macro_rules! by_hand {
    ($($name:ident = $register:ident, beside $kernel:ident;)*) => {$(
        #[divan::bench(args = SIZES)]
        fn $name(bencher: Bencher, n: usize) {
            /// Two registers at a time.
            #[target_feature(enable = "avx512f")]
            fn map(x: &[f32], y: &mut [f32]) {
                for (x, y) in x.chunks_exact(32).zip(y.chunks_exact_mut(32)) {
                    // SAFETY: both chunks hold two registers.
                    unsafe {
                        let first = $register(_mm512_loadu_ps(x.as_ptr()));
                        let second = $register(_mm512_loadu_ps(x.as_ptr().add(16)));
                        _mm512_storeu_ps(y.as_mut_ptr(), first);
                        _mm512_storeu_ps(y.as_mut_ptr().add(16), second);
                    }
                }
            }
            if !is_x86_feature_detected!("avx512f") {
                return;
            }
            // SAFETY: the instructions are there.
            let map = |x: &[f32], y: &mut [f32]| unsafe { map(x, y) };
            let (x, mut y, mut generated) = (inputs(n), vec![0.0; n], vec![0.0; n]);
            map(&x, &mut y);
            $kernel.forward(&x, &mut generated).expect("slices of one length");
            assert_eq!(y, generated);
            bencher.counter(ItemsCount::new(n)).bench_local(|| map(black_box(&x), black_box(&mut y)));
        }
    )*};
}

by_hand! {
    exp_forward = exp, beside Exp;
    gelu_erf_forward = gelu, beside Gelu;
}

#[inline]
#[target_feature(enable = "avx512f")]
fn exp(x: __m512) -> __m512 {
    let x = _mm512_min_ps(_mm512_set1_ps(89.0), _mm512_max_ps(_mm512_set1_ps(-104.0), x));
    let n = _mm512_roundscale_ps::<8>(_mm512_mul_ps(x, _mm512_set1_ps(std::f32::consts::LOG2_E)));
    let r = _mm512_fmadd_ps(n, _mm512_set1_ps(-0.693_145_75), x);
    let r = _mm512_fmadd_ps(n, _mm512_set1_ps(-1.428_606_8e-6), r);
    let mut p = _mm512_set1_ps(1.393_582_9e-3);
    for c in [8.366_829e-3, 4.166_645_6e-2, 0.166_665_41, 0.5, 1.0, 1.0] {
        p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(c));
    }
    _mm512_scalef_ps(p, n)
}

/// x·Φ(x).
#[inline]
#[target_feature(enable = "avx512f")]
fn gelu(x: __m512) -> __m512 {
    let one = _mm512_set1_ps(1.0);
    let size = _mm512_min_ps(_mm512_set1_ps(14.5), _mm512_abs_ps(x));
    let interval = _mm512_srli_epi32::<21>(_mm512_castps_si512(_mm512_add_ps(size, one)));
    // SAFETY: a table fills a register.
    let lookup =
        |table: &[f32; 16]| unsafe { _mm512_permutexvar_ps(interval, _mm512_loadu_ps(table.as_ptr())) };
    let distance = _mm512_sub_ps(size, lookup(&CENTRE));
    let mut slope = lookup(&COEFFICIENTS[3]);
    for coefficients in COEFFICIENTS[..3].iter().rev() {
        slope = _mm512_fmadd_ps(slope, distance, lookup(coefficients));
    }
    let (log, rest) = (lookup(&LOG), _mm512_mul_ps(slope, distance));
    let n = _mm512_roundscale_ps::<8>(_mm512_add_ps(log, rest));
    let r = _mm512_add_ps(_mm512_sub_ps(log, n), rest);
    let mut p = _mm512_set1_ps(1.545_642_9e-4);
    for c in [1.338_806_9e-3, 9.618_077e-3, 5.550_366e-2, 0.240_226_5, std::f32::consts::LN_2, 1.0] {
        p = _mm512_fmadd_ps(p, r, _mm512_set1_ps(c));
    }
    let tail = _mm512_scalef_ps(p, n);
    let negative = _mm512_cmp_ps_mask::<_CMP_LT_OQ>(x, _mm512_setzero_ps());
    _mm512_mul_ps(x, _mm512_mask_mov_ps(_mm512_sub_ps(one, tail), negative, tail))
}
