//! The library's own algorithms by hand, in AVX-512 intrinsics: what it costs to generate them.
//!
//! Each function says whether the machine has the instructions; where it hasn't, nothing was computed. Slices hold
//! whole pairs of registers; what is beyond is left alone.

#[expect(clippy::wildcard_imports, reason = "instructions by their own names")]
use std::arch::x86_64::*;

use activation_runtime::math::normal::single::{CENTRE, COEFFICIENTS, LOG};
use fearless_simd::{Avx512, Level, SimdInto, f32x16, kernel};

/// The numbers of one register.
type Register = [f32; 16];

#[inline(always)]
fn load(avx512: Avx512, numbers: &Register) -> __m512 {
    let register: f32x16<_> = (*numbers).simd_into(avx512);
    register.into()
}

#[inline(always)]
fn store(avx512: Avx512, numbers: &mut Register, register: __m512) {
    let register: f32x16<_> = register.simd_into(avx512);
    *numbers = register.into();
}

/// Two registers at a time, as the library does.
macro_rules! maps {
    ($($(#[$doc:meta])* $name:ident by $register:ident;)*) => {$(
        $(#[$doc])*
        pub fn $name(x: &[f32], y: &mut [f32]) -> bool {
            kernel!(
                fn map(avx512: Avx512, x: &[f32], y: &mut [f32]) {
                    let (x, y) = (x.as_chunks().0.as_chunks::<2>().0, y.as_chunks_mut().0.as_chunks_mut::<2>().0);
                    for (x, y) in x.iter().zip(y) {
                        let [first, second] =
                            [$register(avx512, load(avx512, &x[0])), $register(avx512, load(avx512, &x[1]))];
                        store(avx512, &mut y[0], first);
                        store(avx512, &mut y[1], second);
                    }
                }
            );
            Level::new().as_avx512().map(|avx512| map(avx512, x, y)).is_some()
        }
    )*};
}

maps! {
    /// eˣ.
    exp by exp_register;
    /// x·Φ(x).
    gelu by gelu_register;
}

/// Softmax of every row, sums in f32.
pub fn softmax(x: &[f32], row: usize, y: &mut [f32]) -> bool {
    let Some(avx512) = Level::new().as_avx512() else { return false };
    for (x, y) in x.chunks_exact(row).zip(y.chunks_exact_mut(row)) {
        softmax_row(avx512, x, y);
    }
    true
}

kernel!(
    #[inline(always)]
    fn exp_register(avx512: Avx512, x: __m512) -> __m512 {
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
);

kernel!(
    #[inline(always)]
    fn gelu_register(avx512: Avx512, x: __m512) -> __m512 {
        let one = _mm512_set1_ps(1.0);
        let size = _mm512_min_ps(_mm512_set1_ps(14.5), _mm512_abs_ps(x));
        let interval = _mm512_srli_epi32::<21>(_mm512_castps_si512(_mm512_add_ps(size, one)));
        let lookup = |table: &Register| _mm512_permutexvar_ps(interval, load(avx512, table));
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
);

kernel!(
    fn softmax_row(avx512: Avx512, x: &[f32], y: &mut [f32]) {
        let (x, y) = (x.as_chunks().0.as_chunks::<2>().0, y.as_chunks_mut().0.as_chunks_mut::<2>().0);
        let mut max = [_mm512_set1_ps(f32::NEG_INFINITY); 2];
        for x in x {
            max = [_mm512_max_ps(max[0], load(avx512, &x[0])), _mm512_max_ps(max[1], load(avx512, &x[1]))];
        }
        let max = _mm512_set1_ps(_mm512_reduce_max_ps(_mm512_max_ps(max[0], max[1])));
        let mut sum = [_mm512_setzero_ps(); 2];
        for (x, y) in x.iter().zip(&mut *y) {
            for i in 0..2 {
                let e = exp_register(avx512, _mm512_sub_ps(load(avx512, &x[i]), max));
                sum[i] = _mm512_add_ps(sum[i], e);
                store(avx512, &mut y[i], e);
            }
        }
        let scale = _mm512_set1_ps(1.0 / _mm512_reduce_add_ps(_mm512_add_ps(sum[0], sum[1])));
        for y in y.as_flattened_mut() {
            let e = load(avx512, y);
            store(avx512, y, _mm512_mul_ps(e, scale));
        }
    }
);
