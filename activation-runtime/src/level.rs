//! The one place of run-time dispatch: which instruction set a computation runs on.

use core::cell::Cell;

use crate::float::Float;
use crate::vector::Widen;

/// An instruction set, from the narrowest vectors to the widest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// One number at a time.
    Scalar,
    /// 128 bits, x86-64-v2.
    Sse42,
    /// 128 bits, WebAssembly.
    Wasm128,
    /// 128 bits, `AArch64`.
    Neon,
    /// 256 bits and FMA, x86-64-v3.
    Avx2,
    /// 512 bits, as of Ice Lake and Zen 4.
    Avx512,
}

impl Level {
    const ALL: [Self; 6] = [Self::Scalar, Self::Sse42, Self::Wasm128, Self::Neon, Self::Avx2, Self::Avx512];

    /// The levels that this machine has, narrowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|&level| with_level(level, Self::current) == level)
    }

    /// The level that computations on this thread run on.
    pub fn current() -> Self {
        struct Current;
        impl Dispatch for Current {
            type Scalar = f32;
            type Output = Level;
            fn run<V: Widen<Scalar = f32>>(self, _: V::Token, level: Level) -> Level {
                level
            }
        }
        dispatch(Current)
    }
}

thread_local! {
    static LIMIT: Cell<Level> = const { Cell::new(Level::Avx512) };
}

/// Runs `f` on vectors no wider than those of `level`; what `f` sends to other threads isn't held to it.
///
/// It is there to compare levels with one another, in tests and in benchmarks.
pub fn with_level<R>(level: Level, f: impl FnOnce() -> R) -> R {
    struct Restore(Level);
    impl Drop for Restore {
        fn drop(&mut self) {
            LIMIT.set(self.0);
        }
    }
    let _restore = Restore(LIMIT.replace(level));
    f()
}

/// A computation that is compiled once for each instruction set.
pub trait Dispatch {
    /// f32 or f64.
    type Scalar: Float;
    /// What it computes.
    type Output;
    /// The computation on vectors of type `V`, those of `level`. Mark it `#[inline(always)]`, or it is compiled
    /// without the instructions that `token` stands for.
    fn run<V: Widen<Scalar = Self::Scalar>>(self, token: V::Token, level: Level) -> Self::Output;
}

/// Runs `computation` on the widest vectors of this machine that [`with_level`] allows.
#[cfg(feature = "simd")]
#[inline]
pub fn dispatch<D: Dispatch>(computation: D) -> D::Output {
    use crate::lane::Lane;
    use fearless_simd::Simd;

    macro_rules! run_on {
        ($level:ident, $token:expr, $limit:ident) => {
            if $limit >= Level::$level
                && let Some(simd) = $token
            {
                return simd.vectorize(
                    #[inline(always)]
                    || computation.run::<Lane<_, D::Scalar>>(simd, Level::$level),
                );
            }
        };
    }

    let limit = LIMIT.get();
    let machine = fearless_simd::Level::new();
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        run_on!(Avx512, machine.as_avx512(), limit);
        run_on!(Avx2, machine.as_avx2(), limit);
        run_on!(Sse42, machine.as_sse4_2(), limit);
    }
    #[cfg(target_arch = "aarch64")]
    run_on!(Neon, machine.as_neon(), limit);
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    run_on!(Wasm128, machine.as_wasm_simd128(), limit);
    let _ = (limit, machine);
    computation.run::<D::Scalar>((), Level::Scalar)
}

/// Runs `computation` one number at a time, as the feature `simd` is off.
#[cfg(not(feature = "simd"))]
#[inline]
pub fn dispatch<D: Dispatch>(computation: D) -> D::Output {
    computation.run::<D::Scalar>((), Level::Scalar)
}
