//! THE table of primitives: what is known of each elementary function, in one row.
//!
//! Spellings, derivative rule, domain, range, monotonicity and text stand here and nowhere else; the evaluator is
//! the algebra [`Real`] itself, so one call serves f32, f64, high precision, dual numbers and graphs
//! ([`crate::symbol::Symbol`]). A new primitive is a row here and its vector code in the runtime.

use activation_runtime::real::Real;

/// Declares the enum, the list of all rows and their static facts.
macro_rules! primitives {
    ($($(#[$doc:meta])* $variant:ident = $method:literal / $arity:literal, text $text:literal, latex $latex:literal,
        domain $domain:expr, range $range:expr;)*) => {
        /// An elementary function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Primitive {
            $($(#[$doc])* $variant,)*
        }

        impl Primitive {
            /// Every row of the table.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// What is known of it.
            pub fn facts(self) -> &'static Facts {
                static FACTS: &[Facts] = &[$(Facts {
                    method: $method, arity: $arity, text: $text, latex: $latex, domain: $domain, range: $range,
                }),*];
                &FACTS[self as usize]
            }
        }
    };
}

/// What the table says of a primitive, apart from its derivative and its evaluator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Facts {
    /// The method of [`Real`] that computes it; unless it is a helper, also f32's and f64's method.
    pub method: &'static str,
    /// The number of arguments, the receiver among them.
    pub arity: usize,
    /// How text writes it: a function's name.
    pub text: &'static str,
    /// How LaTeX writes it.
    pub latex: &'static str,
    /// Where the first argument may lie.
    pub domain: Domain,
    /// The closed hull of the values.
    pub range: (f64, f64),
}

/// The arguments for which a primitive is a finite real number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Domain {
    /// All of them.
    All,
    /// An interval, with whether each end belongs to it.
    Interval(f64, f64, bool, bool),
    /// Given by a condition that depends on the other argument too (`powf`).
    Condition,
}

const INF: f64 = f64::INFINITY;
const PI: f64 = std::f64::consts::PI;
const ANY: (f64, f64) = (-INF, INF);
const POSITIVE: Domain = Domain::Interval(0.0, INF, false, true);

primitives! {
    /// eˣ
    Exp = "exp"/1, text "exp", latex r"\exp", domain Domain::All, range (0.0, INF);
    /// 2ˣ
    Exp2 = "exp2"/1, text "exp2", latex r"\operatorname{exp2}", domain Domain::All, range (0.0, INF);
    /// eˣ − 1
    ExpM1 = "exp_m1"/1, text "expm1", latex r"\operatorname{expm1}", domain Domain::All, range (-1.0, INF);
    /// Natural logarithm
    Ln = "ln"/1, text "ln", latex r"\ln", domain POSITIVE, range ANY;
    /// ln(1 + x)
    Ln1p = "ln_1p"/1, text "log1p", latex r"\operatorname{log1p}",
        domain Domain::Interval(-1.0, INF, false, true), range ANY;
    /// Logarithm to base 2
    Log2 = "log2"/1, text "log2", latex r"\log_2", domain POSITIVE, range ANY;
    /// Logarithm to base 10
    Log10 = "log10"/1, text "log10", latex r"\log_{10}", domain POSITIVE, range ANY;
    /// Square root
    Sqrt = "sqrt"/1, text "√", latex r"\sqrt", domain Domain::Interval(0.0, INF, true, true), range (0.0, INF);
    /// Cube root
    Cbrt = "cbrt"/1, text "∛", latex r"\sqrt[3]", domain Domain::All, range ANY;
    /// Sine
    Sin = "sin"/1, text "sin", latex r"\sin", domain Domain::All, range (-1.0, 1.0);
    /// Cosine
    Cos = "cos"/1, text "cos", latex r"\cos", domain Domain::All, range (-1.0, 1.0);
    /// Tangent (no float is a pole of it)
    Tan = "tan"/1, text "tan", latex r"\tan", domain Domain::Condition, range ANY;
    /// Arc sine
    Asin = "asin"/1, text "asin", latex r"\arcsin", domain Domain::Interval(-1.0, 1.0, true, true),
        range (-PI / 2.0, PI / 2.0);
    /// Arc cosine
    Acos = "acos"/1, text "acos", latex r"\arccos", domain Domain::Interval(-1.0, 1.0, true, true), range (0.0, PI);
    /// Arc tangent
    Atan = "atan"/1, text "atan", latex r"\arctan", domain Domain::All, range (-PI / 2.0, PI / 2.0);
    /// Hyperbolic sine
    Sinh = "sinh"/1, text "sinh", latex r"\sinh", domain Domain::All, range ANY;
    /// Hyperbolic cosine
    Cosh = "cosh"/1, text "cosh", latex r"\cosh", domain Domain::All, range (1.0, INF);
    /// Hyperbolic tangent
    Tanh = "tanh"/1, text "tanh", latex r"\tanh", domain Domain::All, range (-1.0, 1.0);
    /// Inverse hyperbolic sine
    Asinh = "asinh"/1, text "asinh", latex r"\operatorname{arsinh}", domain Domain::All, range ANY;
    /// Inverse hyperbolic cosine
    Acosh = "acosh"/1, text "acosh", latex r"\operatorname{arcosh}", domain Domain::Interval(1.0, INF, true, true),
        range (0.0, INF);
    /// Inverse hyperbolic tangent
    Atanh = "atanh"/1, text "atanh", latex r"\operatorname{artanh}",
        domain Domain::Interval(-1.0, 1.0, false, false), range ANY;
    /// σ(x) = 1/(1 + e⁻ˣ)
    Sigmoid = "sigmoid"/1, text "σ", latex r"\sigma", domain Domain::All, range (0.0, 1.0);
    /// ln(1 + eˣ)
    Softplus = "softplus"/1, text "softplus", latex r"\operatorname{softplus}", domain Domain::All, range (0.0, INF);
    /// Error function
    Erf = "erf"/1, text "erf", latex r"\operatorname{erf}", domain Domain::All, range (-1.0, 1.0);
    /// 1 − erf(x)
    Erfc = "erfc"/1, text "erfc", latex r"\operatorname{erfc}", domain Domain::All, range (0.0, 2.0);
    /// Φ(x) = erfc(−x/√2)/2, the standard normal distribution
    NormalCdf = "normal_cdf"/1, text "Φ", latex r"\Phi", domain Domain::All, range (0.0, 1.0);
    /// Absolute value
    Abs = "abs"/1, text "abs", latex r"\operatorname{abs}", domain Domain::All, range (0.0, INF);
    /// The larger operand; on a tie the second
    Max = "max"/2, text "max", latex r"\max", domain Domain::All, range ANY;
    /// The smaller operand; on a tie the second
    Min = "min"/2, text "min", latex r"\min", domain Domain::All, range ANY;
    /// Power with a real exponent
    Powf = "powf"/2, text "pow", latex r"\operatorname{pow}", domain Domain::Condition, range ANY;
    /// √(x² + y²)
    Hypot = "hypot"/2, text "hypot", latex r"\operatorname{hypot}", domain Domain::All, range (0.0, INF);
    /// Angle of the point (second, first)
    Atan2 = "atan2"/2, text "atan2", latex r"\operatorname{atan2}", domain Domain::All, range (-PI, PI);
    /// The first operand's magnitude with the second's sign
    Copysign = "copysign"/2, text "copysign", latex r"\operatorname{copysign}", domain Domain::All, range ANY;
    /// Largest integer below: flat, with jumps
    Floor = "floor"/1, text "floor", latex r"\operatorname{floor}", domain Domain::All, range ANY;
    /// Smallest integer above: flat, with jumps
    Ceil = "ceil"/1, text "ceil", latex r"\operatorname{ceil}", domain Domain::All, range ANY;
    /// Nearest integer, ties away from zero: flat, with jumps
    Round = "round"/1, text "round", latex r"\operatorname{round}", domain Domain::All, range ANY;
    /// Nearest integer, ties to even: flat, with jumps
    RoundTiesEven = "round_ties_even"/1, text "round", latex r"\operatorname{round}", domain Domain::All, range ANY;
    /// Integer part: flat, with jumps
    Trunc = "trunc"/1, text "trunc", latex r"\operatorname{trunc}", domain Domain::All, range ANY;
}

impl Primitive {
    /// The row whose method has this name.
    pub fn by_method(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|p| p.facts().method == name)
    }

    /// Whether it is a helper of this library that f32 and f64 have no method for.
    pub fn is_helper(self) -> bool {
        matches!(self, Self::Sigmoid | Self::Softplus | Self::Erf | Self::Erfc | Self::NormalCdf)
    }

    /// Whether it is piecewise constant with jumps: without a useful derivative.
    pub fn is_step(self) -> bool {
        matches!(self, Self::Floor | Self::Ceil | Self::Round | Self::RoundTiesEven | Self::Trunc)
    }

    /// Whether f(−x) = −f(x).
    pub fn is_odd(self) -> bool {
        use Primitive::{Asin, Asinh, Atan, Atanh, Cbrt, Erf, Sin, Sinh, Tan, Tanh};
        matches!(self, Asin | Asinh | Atan | Atanh | Cbrt | Erf | Sin | Sinh | Tan | Tanh)
    }

    /// Its value, for any kind of number.
    pub fn evaluate<R: Real>(self, u: &[R]) -> R {
        let x = u[0];
        match self {
            Self::Exp => x.exp(),
            Self::Exp2 => x.exp2(),
            Self::ExpM1 => x.exp_m1(),
            Self::Ln => x.ln(),
            Self::Ln1p => x.ln_1p(),
            Self::Log2 => x.log2(),
            Self::Log10 => x.log10(),
            Self::Sqrt => x.sqrt(),
            Self::Cbrt => x.cbrt(),
            Self::Sin => x.sin(),
            Self::Cos => x.cos(),
            Self::Tan => x.tan(),
            Self::Asin => x.asin(),
            Self::Acos => x.acos(),
            Self::Atan => x.atan(),
            Self::Sinh => x.sinh(),
            Self::Cosh => x.cosh(),
            Self::Tanh => x.tanh(),
            Self::Asinh => x.asinh(),
            Self::Acosh => x.acosh(),
            Self::Atanh => x.atanh(),
            Self::Sigmoid => x.sigmoid(),
            Self::Softplus => x.softplus(),
            Self::Erf => x.erf(),
            Self::Erfc => x.erfc(),
            Self::NormalCdf => x.normal_cdf(),
            Self::Abs => x.abs(),
            Self::Max => x.max(u[1]),
            Self::Min => x.min(u[1]),
            Self::Powf => x.powf(u[1]),
            Self::Hypot => x.hypot(u[1]),
            Self::Atan2 => x.atan2(u[1]),
            Self::Copysign => x.copysign(u[1]),
            Self::Floor => x.floor(),
            Self::Ceil => x.ceil(),
            Self::Round => x.round(),
            Self::RoundTiesEven => x.round_ties_even(),
            Self::Trunc => x.trunc(),
        }
    }

    /// The partial derivative with respect to argument `i` at the arguments `u`, where the value is `y`.
    ///
    /// Forms are chosen to keep full relative accuracy in the tails. `None` for what is differentiated by
    /// selection ([`crate::differentiate`]: abs, max, min) or not at all (the steps).
    pub fn partial<R: Real>(self, i: usize, u: &[R], y: R) -> Option<R> {
        use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI, LN_2, LN_10};
        let x = u[0];
        let c = |value| x.constant(value);
        let one = c(1.0);
        Some(match self {
            Self::Exp => y,
            Self::Exp2 => y * c(LN_2),
            Self::ExpM1 => x.exp(),
            Self::Ln => one / x,
            Self::Ln1p => one / (x + one),
            Self::Log2 => one / (x * c(LN_2)),
            Self::Log10 => one / (x * c(LN_10)),
            Self::Sqrt => c(0.5) / y,
            Self::Cbrt => one / (y * y * c(3.0)),
            Self::Sin => x.cos(),
            Self::Cos => -x.sin(),
            Self::Tan => y * y + one,
            Self::Asin => one / ((one - x) * (x + one)).sqrt(),
            Self::Acos => -(one / ((one - x) * (x + one)).sqrt()),
            // The square overflows to infinity only where the quotient is below every float.
            Self::Atan => one / (x * x + one),
            Self::Sinh => x.cosh(),
            Self::Cosh => x.sinh(),
            // sech² with e = exp(−2|x|): one exponential, no cancellation, no overflow.
            Self::Tanh => {
                let e = (x.abs() * c(-2.0)).exp();
                let d = e + one;
                e * c(4.0) / (d * d)
            }
            Self::Asinh => one / x.hypot(one),
            Self::Acosh => one / ((x - one).sqrt() * (x + one).sqrt()),
            Self::Atanh => one / ((one - x) * (x + one)),
            // σ(x)·σ(−x) with e = exp(−|x|).
            Self::Sigmoid => {
                let e = (-x.abs()).exp();
                let d = e + one;
                e / (d * d)
            }
            Self::Softplus => x.sigmoid(),
            Self::Erf => (-(x * x)).exp() * c(FRAC_2_SQRT_PI),
            Self::Erfc => (-(x * x)).exp() * c(-FRAC_2_SQRT_PI),
            Self::NormalCdf => (x * x * c(-0.5)).exp() * c(0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2),
            Self::Powf if i == 0 => u[1] * x.powf(u[1] - one),
            // x^p·ln x, whose limit at x = 0 is 0 for a positive exponent.
            Self::Powf => R::select(x.eq(c(0.0)), c(0.0), y * x.ln()),
            // The subgradient 0 at the origin.
            Self::Hypot => R::select(y.eq(c(0.0)), c(0.0), u[i] / y),
            Self::Atan2 => {
                let r = x.hypot(u[1]);
                let (numerator, sign) = if i == 0 { (u[1], 1.0) } else { (x, -1.0) };
                numerator / r / r * c(sign)
            }
            // The sign of the second, where the first is positive: |x|′·sgn(s).
            Self::Copysign if i == 0 => one.copysign(u[1]) * one.copysign(x),
            Self::Copysign => c(0.0),
            Self::Abs
            | Self::Max
            | Self::Min
            | Self::Floor
            | Self::Ceil
            | Self::Round
            | Self::RoundTiesEven
            | Self::Trunc => return None,
        })
    }
}
