//! The builtin helpers: functions that activations are made of, and standard activations, as plain generic functions.
//!
//! Generic over [`Real`], they serve f32 and f64 as they stand, SIMD registers inside kernels, and the compiler's
//! graphs: a call of `silu(u)` in the body of an `#[activation]` is lowered by calling [`silu`] on symbols.
//! Each is written in its stable form.

use crate::real::Real;

/// The logistic function σ(x) = 1/(1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid<R: Real>(x: R) -> R {
    x.sigmoid()
}

/// ln(1 + eˣ).
#[inline(always)]
pub fn softplus<R: Real>(x: R) -> R {
    x.softplus()
}

/// ln σ(x) = −softplus(−x).
#[inline(always)]
pub fn log_sigmoid<R: Real>(x: R) -> R {
    -(-x).softplus()
}

/// The error function.
#[inline(always)]
pub fn erf<R: Real>(x: R) -> R {
    x.erf()
}

/// 1 − erf(x).
#[inline(always)]
pub fn erfc<R: Real>(x: R) -> R {
    x.erfc()
}

/// max(x, 0); the subgradient at 0 is 0.
#[inline(always)]
pub fn relu<R: Real>(x: R) -> R {
    x.max(x.constant(0.0))
}

/// min(max(x, 0), 6).
#[inline(always)]
pub fn relu6<R: Real>(x: R) -> R {
    relu(x).min(x.constant(6.0))
}

/// x above 0, `slope`·x below.
#[inline(always)]
pub fn leaky_relu<R: Real>(x: R, slope: R) -> R {
    R::select(x.gt(x.constant(0.0)), x, slope * x)
}

/// x above 0, α(eˣ − 1) below (Clevert et al. 2015).
#[inline(always)]
pub fn elu<R: Real>(x: R, alpha: R) -> R {
    R::select(x.gt(x.constant(0.0)), x, alpha * x.exp_m1())
}

/// x above 0, α(e^(x/α) − 1) below (Barron 2017).
#[inline(always)]
pub fn celu<R: Real>(x: R, alpha: R) -> R {
    R::select(x.gt(x.constant(0.0)), x, alpha * (x / alpha).exp_m1())
}

/// The self-normalising ELU, with the constants of Klambauer et al. 2017.
#[inline(always)]
pub fn selu<R: Real>(x: R) -> R {
    const ALPHA: f64 = 1.673_263_242_354_377_2;
    const SCALE: f64 = 1.050_700_987_355_480_5;
    x.constant(SCALE) * R::select(x.gt(x.constant(0.0)), x, x.constant(ALPHA) * x.exp_m1())
}

/// x·Φ(x), Φ the normal distribution (Hendrycks & Gimpel 2016), as ½x·erfc(−x/√2): exact in the left tail.
#[inline(always)]
pub fn gelu<R: Real>(x: R) -> R {
    x.constant(0.5) * x * (x * x.constant(-std::f64::consts::FRAC_1_SQRT_2)).erfc()
}

/// The tanh approximation of GELU, ½x(1 + tanh u) = x·σ(2u) with u = √(2/π)(x + 0.044715x³).
#[inline(always)]
pub fn gelu_tanh<R: Real>(x: R) -> R {
    /// 2√(2/π)
    const SCALE: f64 = 1.595_769_121_605_730_7;
    x * (x.constant(SCALE) * x * (x.constant(1.0) + x.constant(0.044715) * x * x)).sigmoid()
}

/// x·σ(x), also known as swish (Elfwing et al. 2017).
#[inline(always)]
pub fn silu<R: Real>(x: R) -> R {
    x * x.sigmoid()
}

/// x·tanh(softplus(x)) (Misra 2019).
#[inline(always)]
pub fn mish<R: Real>(x: R) -> R {
    x * x.softplus().tanh()
}

/// clamp(x/6 + ½, 0, 1).
#[inline(always)]
pub fn hard_sigmoid<R: Real>(x: R) -> R {
    (x / x.constant(6.0) + x.constant(0.5)).max(x.constant(0.0)).min(x.constant(1.0))
}

/// x·clamp(x/6 + ½, 0, 1) (Howard et al. 2019).
#[inline(always)]
pub fn hard_swish<R: Real>(x: R) -> R {
    x * hard_sigmoid(x)
}

/// clamp(x, −1, 1).
#[inline(always)]
pub fn hard_tanh<R: Real>(x: R) -> R {
    x.max(x.constant(-1.0)).min(x.constant(1.0))
}

/// x/(1 + |x|).
#[inline(always)]
pub fn softsign<R: Real>(x: R) -> R {
    x / (x.constant(1.0) + x.abs())
}

/// The helpers' names among those of types, where rustc looks for the activation that a call means: it then suggests
/// `sigmoid` for `sigmoide`.
macro_rules! names {
    ($($name:ident)*) => {$(
        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #[derive(Debug)]
        pub enum $name {}
    )*};
}

names! {
    sigmoid softplus log_sigmoid erf erfc relu relu6 leaky_relu elu celu selu gelu gelu_tanh silu mish hard_sigmoid
    hard_swish hard_tanh softsign
}
