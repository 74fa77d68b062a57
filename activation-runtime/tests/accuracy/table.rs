//! The elementary functions of one argument beside their references; whatever is listed here is tested.

#![allow(dead_code, unreachable_pub, reason = "the tests and the exhaustive example each use a part")]

use core::marker::PhantomData;

use activation_runtime::float::Float;
use activation_runtime::level::{Dispatch, Level, dispatch};
use activation_runtime::math;
use activation_runtime::real::Real;
use activation_runtime::vector::Vector;

/// A function, what it should give, and how far from that it was ever measured.
pub struct Row {
    pub name: &'static str,
    /// The function on slices of equal length, on the level that `with_level` asks for.
    pub map_f32: fn(&[f32], &mut [f32]),
    pub map_f64: fn(&[f64], &mut [f64]),
    /// The correctly rounded f32.
    pub rounded: fn(f32) -> f32,
    /// The truth for f32, to within a few ulp of f64.
    pub truth: fn(f64) -> f64,
    /// Whether `truth` is correctly rounded in f64.
    pub truth_is_rounded: bool,
    /// Largest error of f32, in ulp.
    pub ulp_f32: f64,
    /// Largest error of f64, in ulp.
    pub ulp_f64: f64,
}

macro_rules! rows {
    ($($file:ident $name:ident $ulp:ident: $truth:expr, $rounded:expr, $truth_is_rounded:expr;)*) => {
        &[$({
            struct This;
            impl Function for This {
                #[inline(always)]
                fn apply<R: Real>(x: R) -> R {
                    x.$name()
                }
            }
            Row {
                name: stringify!($name),
                map_f32: map::<This, f32>,
                map_f64: map::<This, f64>,
                rounded: $rounded,
                truth: $truth,
                truth_is_rounded: $truth_is_rounded,
                ulp_f32: math::$file::single::$ulp,
                ulp_f64: math::$file::double::$ulp,
            }
        }),*]
    };
}

pub const TABLE: &[Row] = rows! {
    exp exp EXP_ULP: core_math::exp, core_math::expf, true;
    exp exp2 EXP2_ULP: core_math::exp2, core_math::exp2f, true;
    exp exp_m1 EXP_M1_ULP: core_math::expm1, core_math::expm1f, true;
    root cbrt CBRT_ULP: core_math::cbrt, core_math::cbrtf, true;
    trigonometric sin SIN_ULP: core_math::sin, core_math::sinf, true;
    trigonometric cos COS_ULP: core_math::cos, core_math::cosf, true;
    trigonometric tan TAN_ULP: core_math::tan, core_math::tanf, true;
    inverse_trigonometric asin ASIN_ULP: core_math::asin, core_math::asinf, true;
    inverse_trigonometric acos ACOS_ULP: core_math::acos, core_math::acosf, true;
    inverse_trigonometric atan ATAN_ULP: core_math::atan, core_math::atanf, true;
    erf erf ERF_ULP: core_math::erf, core_math::erff, true;
    erf erfc ERFC_ULP: core_math::erfc, core_math::erfcf, true;
    log ln LN_ULP: core_math::log, core_math::logf, true;
    log ln_1p LN_1P_ULP: core_math::log1p, core_math::log1pf, true;
    log log2 LOG2_ULP: core_math::log2, core_math::log2f, true;
    log log10 LOG10_ULP: core_math::log10, core_math::log10f, true;
    hyperbolic sinh SINH_ULP: core_math::sinh, core_math::sinhf, true;
    hyperbolic cosh COSH_ULP: core_math::cosh, core_math::coshf, true;
    hyperbolic tanh TANH_ULP: core_math::tanh, core_math::tanhf, true;
    hyperbolic asinh ASINH_ULP: core_math::asinh, core_math::asinhf, true;
    hyperbolic acosh ACOSH_ULP: core_math::acosh, core_math::acoshf, true;
    hyperbolic atanh ATANH_ULP: core_math::atanh, core_math::atanhf, true;
    logistic sigmoid SIGMOID_ULP: sigmoid, |x| sigmoid(x.into()) as f32, false;
    logistic softplus SOFTPLUS_ULP: softplus, |x| softplus(x.into()) as f32, false;
};

/// The normal distribution, which is measured beside its values at the neighbouring numbers too.
pub const NORMAL: &[Row] = rows! {
    normal normal_cdf NORMAL_CDF_ULP: normal_cdf, |x| normal_cdf(x.into()) as f32, false;
};

trait Function {
    fn apply<R: Real>(x: R) -> R;
}

fn map<F: Function, T: Float>(x: &[T], y: &mut [T]) {
    struct Map<'a, F, T>(PhantomData<F>, &'a [T], &'a mut [T]);
    impl<F: Function, T: Float> Dispatch for Map<'_, F, T> {
        type Scalar = T;
        type Output = ();
        #[inline(always)]
        fn run<V: Vector<Scalar = T>>(self, token: V::Token, _: Level) {
            let Self(_, x, y) = self;
            for (x, y) in x.chunks(V::LANES).zip(y.chunks_mut(V::LANES)) {
                let mut buffer = [T::default(); 64];
                let buffer = &mut buffer[..V::LANES];
                buffer[..x.len()].copy_from_slice(x);
                F::apply(V::load(token, buffer)).store(buffer);
                y.copy_from_slice(&buffer[..y.len()]);
            }
        }
    }
    dispatch(Map(PhantomData::<F>, x, y));
}

fn sigmoid(x: f64) -> f64 {
    let e = core_math::exp(-x.abs());
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

fn softplus(x: f64) -> f64 {
    x.max(0.0) + core_math::log1p(core_math::exp(-x.abs())) + if x.is_nan() { x } else { 0.0 }
}

pub fn normal_cdf(x: f64) -> f64 {
    0.5 * core_math::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// |y − truth| in units of the last place that an f32 of the truth's size has.
pub fn error_f32(y: f32, truth: f64) -> f64 {
    if y.is_nan() || truth.is_nan() {
        return if y.is_nan() && truth.is_nan() { 0.0 } else { f64::INFINITY };
    }
    // Infinity stands for the number after the largest.
    let beyond = 2f64.powi(128);
    let truth = truth.clamp(-beyond, beyond);
    let y = f64::from(y).clamp(-beyond, beyond);
    let exponent = if truth == 0.0 { -126 } else { (truth.abs().log2().floor() as i32).clamp(-126, 127) };
    (y - truth).abs() / 2f64.powi(exponent - 23)
}

/// How many doubles lie between; NaN is at no distance from NaN and infinitely far from the rest.
pub fn distance_f64(a: f64, b: f64) -> u64 {
    if a.is_nan() || b.is_nan() {
        return if a.is_nan() && b.is_nan() { 0 } else { u64::MAX };
    }
    let place = |x: f64| if x < 0.0 { -((x.to_bits() << 1 >> 1) as i64) } else { x.to_bits() as i64 };
    place(a + 0.0).abs_diff(place(b + 0.0))
}

/// f64 at random: of all sizes, of the sizes that matter, and near the places where something changes.
pub fn doubles(count: usize) -> Vec<f64> {
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut random = move || {
        // SplitMix64.
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let mut x: Vec<f64> = (0..count / 6).map(|_| f64::from_bits(random())).collect();
    x.extend((0..count / 2).map(|_| {
        let bits = random();
        let exponent = 1023 - 30 + random() % 40;
        f64::from_bits(bits & !(0x7FF << 52) | exponent << 52)
    }));
    x.extend((0..count / 3).map(|_| (random() as i64) as f64 * 2f64.powi(-63) * 2.0));
    let special = [0.0, f64::MIN_POSITIVE, 0.5, 1.0, 2.0, 10.0, 708.4, 709.782712893384, 745.13, f64::MAX];
    for special in special.iter().flat_map(|x| [*x, -x]) {
        let bits = special.to_bits();
        x.extend((bits.wrapping_sub(20)..bits.saturating_add(20)).map(f64::from_bits));
    }
    x
}
