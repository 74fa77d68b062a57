//! What is asked of every carrier of more bits than an f64: agreement with core-math once rounded, and IEEE's special
//! values.

use activation_runtime::real::Real;

/// A carrier of precise numbers.
pub(crate) trait Precise: Real<Mask = bool> {
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn to_f32(self) -> f32;
    /// `self · 2^n`.
    fn scale(self, n: f64) -> Self;
}

/// Makes a [`Precise`] of a type by its own methods.
#[macro_export]
macro_rules! precise {
    ($type:ty) => {
        impl precise::Precise for $type {
            fn from_f64(value: f64) -> Self {
                <$type>::from_f64(value)
            }
            fn to_f64(self) -> f64 {
                self.to_f64()
            }
            fn to_f32(self) -> f32 {
                self.to_f32()
            }
            fn scale(self, n: f64) -> Self {
                self.scale(n)
            }
        }
    };
}

/// (hi + lo) · 2^exponent from three words of a golden file.
pub(crate) fn number<'a, X: Precise>(words: &mut impl Iterator<Item = &'a str>) -> X {
    let mut bits = || f64::from_bits(u64::from_str_radix(words.next().unwrap(), 16).unwrap());
    let (hi, lo) = (bits(), bits());
    (X::from_f64(hi) + X::from_f64(lo)).scale(words.next().unwrap().parse().unwrap())
}

/// The function of that name.
pub(crate) fn apply<X: Precise>(function: &str, x: X, y: X) -> X {
    match function {
        "add" => x + y,
        "mul" => x * y,
        "div" => x / y,
        "sqrt" => x.sqrt(),
        "exp" => x.exp(),
        "exp2" => x.exp2(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "ln_1p" => x.ln_1p(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "cbrt" => x.cbrt(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "asinh" => x.asinh(),
        "acosh" => x.acosh(),
        "atanh" => x.atanh(),
        "sigmoid" => x.sigmoid(),
        "softplus" => x.softplus(),
        "erf" => x.erf(),
        "erfc" => x.erfc(),
        "powf" => x.powf(y),
        "powi" => x.powi(y.to_f64() as i32),
        "hypot" => x.hypot(y),
        "atan2" => x.atan2(y),
        unknown => panic!("no function {unknown}"),
    }
}

/// Each function, at special values up to `largest` and the arguments given, of both signs.
pub(crate) fn rounding_agrees_with_core_math<X: Precise>(
    largest: f64,
    doubles: impl Iterator<Item = f64>,
    singles: impl Iterator<Item = f32>,
) {
    type F<X> = (&'static str, fn(X) -> X, fn(f64) -> f64, fn(f32) -> f32);
    let functions: [F<X>; 24] = [
        ("exp", X::exp, core_math::exp, core_math::expf),
        ("exp2", X::exp2, core_math::exp2, core_math::exp2f),
        ("exp_m1", X::exp_m1, core_math::expm1, core_math::expm1f),
        ("ln", X::ln, core_math::log, core_math::logf),
        ("ln_1p", X::ln_1p, core_math::log1p, core_math::log1pf),
        ("log2", X::log2, core_math::log2, core_math::log2f),
        ("log10", X::log10, core_math::log10, core_math::log10f),
        ("cbrt", X::cbrt, core_math::cbrt, core_math::cbrtf),
        ("sqrt", X::sqrt, f64::sqrt, f32::sqrt),
        ("sin", X::sin, core_math::sin, core_math::sinf),
        ("cos", X::cos, core_math::cos, core_math::cosf),
        ("tan", X::tan, core_math::tan, core_math::tanf),
        ("asin", X::asin, core_math::asin, core_math::asinf),
        ("acos", X::acos, core_math::acos, core_math::acosf),
        ("atan", X::atan, core_math::atan, core_math::atanf),
        ("sinh", X::sinh, core_math::sinh, core_math::sinhf),
        ("cosh", X::cosh, core_math::cosh, core_math::coshf),
        ("tanh", X::tanh, core_math::tanh, core_math::tanhf),
        ("asinh", X::asinh, core_math::asinh, core_math::asinhf),
        ("acosh", X::acosh, core_math::acosh, core_math::acoshf),
        ("atanh", X::atanh, core_math::atanh, core_math::atanhf),
        ("erf", X::erf, core_math::erf, core_math::erff),
        ("erfc", X::erfc, core_math::erfc, core_math::erfcf),
        ("recip", X::recip, |x| 1.0 / x, |x| 1.0 / x),
    ];
    let special =
        [0.0, 5e-324, 1e-310, 0.5, 1.0, 2.0, 3.0, 1e-5, 0.1, 1e22, largest, f64::INFINITY, f64::NAN];
    let doubles: Vec<f64> = special.into_iter().chain(doubles).flat_map(|x| [x, -x]).collect();
    let singles: Vec<f32> =
        special.map(|x| x as f32).into_iter().chain(singles).flat_map(|x| [x, -x]).collect();
    for (name, precise, double, single) in functions {
        for &x in &doubles {
            let (got, want) = (precise(X::from_f64(x)).to_f64(), double(x));
            assert!(same(got, want), "{name}({x:e}): {got:e}, not {want:e}");
        }
        for &x in &singles {
            let (got, want) = (precise(X::from_f64(f64::from(x))).to_f32(), single(x));
            assert!(same(f64::from(got), f64::from(want)), "{name}({x:e}_f32): {got:e}, not {want:e}");
        }
    }
}

/// Bit for bit, any NaN being as good as another.
pub(crate) fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

pub(crate) const SPECIAL: [f64; 13] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -2.5,
    3.0,
    1e300,
    -1e-300,
    5e-324,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

pub(crate) fn two_operands_agree_with_core_math<X: Precise>() {
    type F<X> = (&'static str, fn(X, X) -> X, fn(f64, f64) -> f64);
    let functions: [F<X>; 9] = [
        ("+", |x, y| x + y, |x, y| x + y),
        ("−", |x, y| x - y, |x, y| x - y),
        ("×", |x, y| x * y, |x, y| x * y),
        ("÷", |x, y| x / y, |x, y| x / y),
        ("max", X::max, |x, y| if x.is_nan() || x > y { x } else { y }),
        ("min", X::min, |x, y| if x.is_nan() || x < y { x } else { y }),
        ("copysign", X::copysign, f64::copysign),
        ("powf", X::powf, core_math::pow),
        ("atan2", X::atan2, core_math::atan2),
    ];
    for x in SPECIAL {
        for y in SPECIAL {
            let (a, b) = (X::from_f64(x), X::from_f64(y));
            for (name, precise, double) in functions {
                let (got, want) = (precise(a, b).to_f64(), double(x, y));
                assert!(same(got, want), "{name}({x:e}, {y:e}): {got:e}, not {want:e}");
            }
            assert_eq!(
                [a.lt(b), a.le(b), a.gt(b), a.ge(b), X::eq(a, b), X::ne(a, b)],
                [x < y, x <= y, x > y, x >= y, x == y, x != y],
                "{x:e} beside {y:e}"
            );
        }
    }
}

pub(crate) fn rounding_to_integers_agrees_with_f64<X: Precise>() {
    let halves = (-40..=40).map(|i| f64::from(i) / 8.0);
    for x in SPECIAL.into_iter().chain(halves).chain([4503599627370495.5, -4503599627370495.5, 1e15 + 0.5]) {
        let e = X::from_f64(x);
        for (name, got, want) in [
            ("floor", e.floor(), x.floor()),
            ("ceil", e.ceil(), x.ceil()),
            ("trunc", e.trunc(), x.trunc()),
            ("round", e.round(), x.round()),
            ("round_ties_even", e.round_ties_even(), x.round_ties_even()),
        ] {
            assert!(same(got.to_f64(), want), "{name}({x:e}): {:e}, not {want}", got.to_f64());
        }
    }
}
