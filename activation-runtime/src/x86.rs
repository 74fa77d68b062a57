//! The few x86 instructions that pay and that `fearless_simd` has no portable name for.

pub(crate) mod avx512 {
    macro_rules! instructions {
        ($float:ident, $register:ident, $words:ident, $scale:ident, $permute:ident, $permute_two:ident) => {
            pub(crate) mod $float {
                #[cfg(target_arch = "x86")]
                use core::arch::x86::{$permute, $permute_two, $scale};
                #[cfg(target_arch = "x86_64")]
                use core::arch::x86_64::{$permute, $permute_two, $scale};

                use fearless_simd::{Avx512, SimdBase, SimdInto, $register, $words};

                pub(crate) type Register = $register<Avx512>;
                pub(crate) type Words = $words<Avx512>;
                pub(crate) const LEN: usize = Register::LEN;

                /// A register of the table from `start` on, repeated where the table is shorter.
                #[cfg_attr(not(debug_assertions), inline(always))]
                pub(crate) fn part<const N: usize>(
                    avx512: Avx512,
                    table: &[$float; N],
                    start: usize,
                ) -> Register {
                    Register::from_fn(
                        avx512,
                        #[inline(always)]
                        |i| table[(start + i) & (N - 1)],
                    )
                }

                fearless_simd::kernel!(
                    #[cfg_attr(not(debug_assertions), inline(always))]
                    pub(crate) fn scale(avx512: Avx512, x: Register, n: Register) -> Register {
                        $scale(x.into(), n.into()).simd_into(avx512)
                    }
                );
                fearless_simd::kernel!(
                    #[cfg_attr(not(debug_assertions), inline(always))]
                    pub(crate) fn permute(avx512: Avx512, index: Words, table: Register) -> Register {
                        $permute(index.into(), table.into()).simd_into(avx512)
                    }
                );
                fearless_simd::kernel!(
                    #[cfg_attr(not(debug_assertions), inline(always))]
                    pub(crate) fn permute_two(
                        avx512: Avx512,
                        index: Words,
                        low: Register,
                        high: Register,
                    ) -> Register {
                        $permute_two(low.into(), index.into(), high.into()).simd_into(avx512)
                    }
                );
            }
        };
    }

    instructions! { f32, f32x16, u32x16, _mm512_scalef_ps, _mm512_permutexvar_ps, _mm512_permutex2var_ps }
    instructions! { f64, f64x8, u64x8, _mm512_scalef_pd, _mm512_permutexvar_pd, _mm512_permutex2var_pd }
}

/// Tables in 256-bit registers.
pub(crate) mod avx2 {
    pub(crate) mod f32 {
        #[cfg(target_arch = "x86")]
        use core::arch::x86::{
            __m256i, _mm256_blendv_ps, _mm256_castsi256_ps, _mm256_permutevar8x32_ps, _mm256_slli_epi32,
        };
        #[cfg(target_arch = "x86_64")]
        use core::arch::x86_64::{
            __m256i, _mm256_blendv_ps, _mm256_castsi256_ps, _mm256_permutevar8x32_ps, _mm256_slli_epi32,
        };

        use fearless_simd::{Avx2, Level, SimdBase, SimdInto, f32x8, u32x8};

        /// `table[index]` in a table of sixteen.
        #[cfg_attr(not(debug_assertions), inline(always))]
        pub(crate) fn lookup<const N: usize>(
            level: Level,
            index: &[u32],
            table: &[f32; N],
        ) -> Option<f32x8<Avx2>> {
            let avx2 = level.as_avx2()?;
            if N != 16 {
                return None;
            }
            let (low, high) = table.split_at(8);
            Some(permute_two(
                avx2,
                u32x8::from_slice(avx2, index),
                f32x8::from_slice(avx2, low),
                f32x8::from_slice(avx2, high),
            ))
        }

        fearless_simd::kernel!(
            #[cfg_attr(not(debug_assertions), inline(always))]
            fn permute_two(
                avx2: Avx2,
                index: u32x8<Avx2>,
                low: f32x8<Avx2>,
                high: f32x8<Avx2>,
            ) -> f32x8<Avx2> {
                let index: __m256i = index.into();
                // The fourth bit chooses the register; as the sign it steers the blend.
                let upper = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(index));
                let low = _mm256_permutevar8x32_ps(low.into(), index);
                let high = _mm256_permutevar8x32_ps(high.into(), index);
                _mm256_blendv_ps(low, high, upper).simd_into(avx2)
            }
        );
    }

    pub(crate) mod f64 {
        use fearless_simd::{Avx2, Level, f64x4};

        /// None: there is no instruction for it.
        #[cfg_attr(not(debug_assertions), inline(always))]
        pub(crate) fn lookup<const N: usize>(_: Level, _: &[u64], _: &[f64; N]) -> Option<f64x4<Avx2>> {
            None
        }
    }
}
