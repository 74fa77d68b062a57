//! The elementary functions of [`Scaled`]: special values, ranges, and identities that don't cancel.
//!
//! The series are in [`super::series`]. Arguments too small to matter are returned as they are rather than squared.
//! Each function errs by less than 2⁻¹⁰¹ of its result unless it says otherwise; the tests hold it to that, and to
//! the special values of IEEE 754 (but `hypot` of an infinity and a NaN is NaN).

use super::double_double::{Dd, ONE, dd};
use super::scaled::{Scaled, is_finite, power_of_two};
use super::series;
use super::tables::{ERFCX_TAIL, FRAC_1_SQRT_PI, FRAC_PI_2, LN_2, LOG2_E, LOG10_2, LOG10_E, PI};

/// 1 + 2^(2·TINY) is 1: a function with an odd series f(x) = x(1 + O(x²)) is x for smaller exponents.
const TINY: f64 = -60.0;
/// From this exponent on, an f64 may be too coarse for the fraction of a number.
const INTEGRAL: f64 = 52.0;
/// From this exponent of x on, only the order of magnitude of e^x is computed.
const FAR: f64 = 48.0;

const LN_2_DD: Dd = dd(LN_2[0], LN_2[1]);

impl Scaled {
    /// 2ⁿ for integral n of any size, infinities included.
    fn exp2_integral(n: f64) -> Self {
        Self::ONE.scale(n)
    }

    /// e^(x + tail) for |x| < 2^FAR.
    fn exp_near(x: Dd, tail: f64) -> Self {
        let (mantissa, exponent) = series::exp(x, tail);
        Self::new(mantissa, exponent)
    }

    /// (n, m) with |x| = 2ⁿ(1 + m) and 1 + m in [√½, √2); (∓∞, 0) for zero and infinity.
    fn split_binade(self) -> (f64, Dd) {
        let magnitude = if self.hi < 0.0 { -self.mantissa() } else { self.mantissa() };
        if !is_finite(self.exponent) {
            (self.exponent, dd(0.0, 0.0))
        } else if magnitude.hi < core::f64::consts::SQRT_2 {
            (self.exponent, magnitude + -1.0)
        } else {
            (self.exponent + 1.0, magnitude.scale(0.5) + -1.0)
        }
    }

    /// The logarithm to a base of which `of_e` and `of_two` are those of e and 2: n·log 2 + log e · ln(1 + m).
    fn logarithm(self, of_e: Dd, of_two: Dd) -> Self {
        if self.hi < 0.0 || self.hi.is_nan() {
            return Self::NAN;
        }
        let (n, m) = self.split_binade();
        Self::from_f64(n) * Self::new(of_two, 0.0) + Self::new(series::ln_1p(m) * of_e, 0.0)
    }

    /// (sin x, cos x): by quarter turns, see [`series::quarter_turns`]. Beyond 2¹⁰²⁴ an angle has no meaning, and
    /// 0 is taken.
    fn sin_cos(self) -> (Self, Self) {
        if !is_finite(self.hi) {
            return (Self::NAN, Self::NAN);
        }
        if self.exponent < TINY {
            return (self, Self::ONE);
        }
        let (quadrant, r) = match self.exponent {
            e if e > 1023.0 => (0, dd(0.0, 0.0)),
            e if e < -1.0 => (0, self.to_double_double()),
            e => series::quarter_turns(self.mantissa(), e),
        };
        let (sin, cos) = series::sin_cos(r);
        let (sin, cos) = match quadrant {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        };
        (Self::new(sin, 0.0), Self::new(cos, 0.0))
    }

    /// exp(x²)·erfc(x) · e^(−x²) for x ≥ 1. From 4 on, the first factor is 1/(x√π) times a polynomial in 1/x².
    fn erfc_tail(self) -> Self {
        let decay = if self.exponent < FAR / 2.0 {
            let (square, tail) = series::long_square(self.to_double_double());
            Self::exp_near(-square, -tail)
        } else {
            (-self * self).exp()
        };
        if self.exponent < 2.0 {
            return decay * Self::new(series::erfcx(self.to_double_double()), 0.0);
        }
        let inverse = self.recip();
        let u = (inverse * inverse).scale(5.0).to_double_double() + -1.0;
        decay * inverse * Self::new(ERFCX_TAIL.at(u) * FRAC_1_SQRT_PI, 0.0)
    }

    /// xʸ = 2^(y·n + y·log₂(1 + m)) for x = 2ⁿ(1 + m) ≥ 0. The first term is exact, so that the error is that of the
    /// second, 2⁻¹⁰¹ + 2⁻¹⁰³·|y·log₂(1 + m)|, as long as y·n < 2⁵².
    fn positive_powf(self, y: Self) -> Self {
        if !is_finite(self.hi) || !is_finite(y.hi) || self.hi == 0.0 {
            let log = self.log2();
            return if log.hi == 0.0 && y.exponent == f64::INFINITY { Self::ONE } else { (y * log).exp2() };
        }
        let (n, m) = self.split_binade();
        let n = Self::from_f64(n);
        let log = Self::new(series::ln_1p(m) * LOG2_E, 0.0);
        let [high, low] = [y.hi, y.lo].map(|half| Self::new(dd(half, 0.0), y.exponent) * n);
        let whole = if high.exponent < INTEGRAL { high.round_ties_even() } else { Self::from_f64(0.0) };
        ((high - whole) + (low + y * log)).exp2().scale(whole.to_f64())
    }

    fn is_odd_integer(self) -> bool {
        let half = self.scale(-1.0);
        is_finite(self.hi) && self == self.floor() && half != half.floor()
    }

    /// n = x/ln 2 rounded is the result's exponent; see [`series::exp`]. From 2⁴⁸ on, n is all there is.
    pub(super) fn exp(self) -> Self {
        if self.exponent < FAR {
            Self::exp_near(self.to_double_double(), 0.0)
        } else {
            Self::exp2_integral((self.to_f64() * LOG2_E.hi).round_ties_even())
        }
    }

    /// With n = x rounded it is 2ⁿ·e^((x − n) ln 2). From 2⁵² on, n is all there is.
    pub(super) fn exp2(self) -> Self {
        let n = self.round_ties_even();
        if self.exponent < INTEGRAL {
            let rest = (self - n).to_double_double() * LN_2_DD;
            Self::exp_near(rest, 0.0).scale(n.to_f64())
        } else {
            Self::exp2_integral(n.to_f64())
        }
    }

    /// The series below 0.35; e^x − 1 beyond, which costs two bits at most.
    pub(super) fn exp_m1(self) -> Self {
        if self.exponent < 2.0 * TINY {
            self
        } else if self.exponent < -1.0 && self.hi.abs() * power_of_two(self.exponent) < 0.35 {
            Self::new(series::exp_m1(self.to_double_double()), 0.0)
        } else {
            self.exp() - Self::ONE
        }
    }

    /// n ln 2 + ln(1 + m), see [`Self::logarithm`]; near 1, n is 0 and nothing cancels.
    pub(super) fn ln(self) -> Self {
        self.logarithm(ONE, LN_2_DD)
    }

    /// The series for 1 + x in about [√½, √2]; ln of the sum beyond.
    pub(super) fn ln_1p(self) -> Self {
        if self.exponent < 2.0 * TINY {
            return self;
        }
        if self.exponent < -1.0 {
            let x = self.to_double_double();
            if x.hi > -0.29 && x.hi < 0.41 {
                return Self::new(series::ln_1p(x), 0.0);
            }
        }
        (self + Self::ONE).ln()
    }

    /// As [`Self::ln`]; exact for powers of two.
    pub(super) fn log2(self) -> Self {
        self.logarithm(LOG2_E, ONE)
    }

    /// As [`Self::ln`].
    pub(super) fn log10(self) -> Self {
        self.logarithm(LOG10_E, LOG10_2)
    }

    /// The cube root of the mantissa (see [`Dd::cbrt`]) and a third of the exponent.
    pub(super) fn cbrt(self) -> Self {
        if !is_finite(self.hi) || self.hi == 0.0 {
            return self;
        }
        let third = (self.exponent / 3.0).round_ties_even();
        // Beyond 2⁵³ the exponent is rounded, and its rest with it.
        let rest = (self.exponent - 3.0 * third).clamp(-1.0, 1.0);
        let magnitude = self.abs().mantissa().scale(power_of_two(rest));
        Self::new(magnitude.cbrt(), third).copysign(self)
    }

    /// See [`Self::sin_cos`].
    pub(super) fn sin(self) -> Self {
        self.sin_cos().0
    }

    /// See [`Self::sin_cos`].
    pub(super) fn cos(self) -> Self {
        self.sin_cos().1
    }

    /// sin x / cos x.
    pub(super) fn tan(self) -> Self {
        let (sin, cos) = self.sin_cos();
        sin / cos
    }

    /// atan2(x, √((1 − x)(1 + x))): as accurate at ±1 as at 0.
    pub(super) fn asin(self) -> Self {
        let one = Self::ONE;
        self.atan2(((one - self) * (one + self)).sqrt())
    }

    /// atan2(√((1 − x)(1 + x)), x).
    pub(super) fn acos(self) -> Self {
        let one = Self::ONE;
        ((one - self) * (one + self)).sqrt().atan2(self)
    }

    /// atan2(x, 1).
    pub(super) fn atan(self) -> Self {
        self.atan2(Self::ONE)
    }

    /// (e^x − e^(−x))/2, below 1 as (u + u/(1 + u))/2 with u = expm1(x).
    pub(super) fn sinh(self) -> Self {
        if self.exponent < TINY {
            self
        } else if self.exponent < 0.0 {
            let u = self.exp_m1();
            (u + u / (u + Self::ONE)).scale(-1.0)
        } else {
            let e = self.abs().exp();
            (e - e.recip()).scale(-1.0).copysign(self)
        }
    }

    /// (e^|x| + e^(−|x|))/2.
    pub(super) fn cosh(self) -> Self {
        let e = self.abs().exp();
        (e + e.recip()).scale(-1.0)
    }

    /// −v/(2 + v) with v = expm1(−2|x|).
    pub(super) fn tanh(self) -> Self {
        if self.exponent < TINY {
            return self;
        }
        let v = (-self.abs().scale(1.0)).exp_m1();
        (-v / (v + Self::from_f64(2.0))).copysign(self)
    }

    /// ln1p(|x| + x²/(1 + √(1 + x²))).
    pub(super) fn asinh(self) -> Self {
        if self.exponent < TINY || !is_finite(self.hi) {
            return self;
        }
        let (x, one) = (self.abs(), Self::ONE);
        let square = x * x;
        (x + square / (one + (one + square).sqrt())).ln_1p().copysign(self)
    }

    /// ln1p(t + √t·√(t + 2)) with t = x − 1.
    pub(super) fn acosh(self) -> Self {
        let t = self - Self::ONE;
        (t + t.sqrt() * (t + Self::from_f64(2.0)).sqrt()).ln_1p()
    }

    /// ½ ln1p(2|x|/(1 − |x|)).
    pub(super) fn atanh(self) -> Self {
        if self.exponent < TINY {
            return self;
        }
        let x = self.abs();
        (x.scale(1.0) / (Self::ONE - x)).ln_1p().scale(-1.0).copysign(self)
    }

    /// 1/(1 + e^(−x)): no exponent overflows, so that one formula does for both tails.
    pub(super) fn sigmoid(self) -> Self {
        (Self::ONE + (-self).exp()).recip()
    }

    /// max(x, 0) + ln1p(e^(−|x|)).
    pub(super) fn softplus(self) -> Self {
        let tail = (-self.abs()).exp().ln_1p();
        if self.hi > 0.0 { self + tail } else { tail }
    }

    /// x times a polynomial in x² below 1; 1 − erfc(x) above.
    pub(super) fn erf(self) -> Self {
        if self.exponent < 0.0 {
            self * Self::new(series::erf_over_x(self.to_double_double()), 0.0)
        } else {
            (Self::ONE - self.abs().erfc_tail()).copysign(self)
        }
    }

    /// 1 − erf(x) below 1; see [`Self::erfc_tail`] above.
    pub(super) fn erfc(self) -> Self {
        if self.exponent < 0.0 {
            Self::ONE - self.erf()
        } else if self.hi < 0.0 {
            Self::from_f64(2.0) - (-self).erfc_tail()
        } else {
            self.erfc_tail()
        }
    }

    /// Special values as [`f64::powf`]; see [`Self::positive_powf`].
    pub(super) fn powf(self, y: Self) -> Self {
        if y.hi == 0.0 || self == Self::ONE {
            Self::ONE
        } else if self.hi.is_sign_positive() {
            self.positive_powf(y)
        } else if y.is_odd_integer() {
            -(-self).positive_powf(y)
        } else if y == y.floor() || self.hi == 0.0 || !is_finite(self.hi) {
            (-self).positive_powf(y)
        } else {
            Self::NAN
        }
    }

    /// √(x² + y²): no square overflows.
    pub(super) fn hypot(self, other: Self) -> Self {
        (self * self + other * other).sqrt()
    }

    /// The angle of the point in the first octant, then its mirror images.
    pub(super) fn atan2(self, x: Self) -> Self {
        if self.hi.is_nan() || x.hi.is_nan() {
            return self + x;
        }
        let (a, b) = (self.abs(), x.abs());
        let steep = a > b;
        let (small, large) = if steep { (b, a) } else { (a, b) };
        let gap = small.exponent - large.exponent;
        let octant = if large.hi == 0.0 {
            large
        } else if !is_finite(small.hi) {
            Self::new(FRAC_PI_2, -1.0)
        } else if gap < TINY {
            small / large
        } else {
            Self::new(series::atan(small.mantissa().scale(power_of_two(gap)), large.mantissa()), 0.0)
        };
        let quadrant = if steep { Self::new(FRAC_PI_2, 0.0) - octant } else { octant };
        let angle = if x.hi.is_sign_negative() { Self::new(PI, 0.0) - quadrant } else { quadrant };
        angle.copysign(self)
    }

    /// By repeated squaring; errs by |n|·2⁻¹⁰³.
    pub(super) fn powi(self, n: i32) -> Self {
        let (mut power, mut square, mut bits) = (Self::ONE, self, n.unsigned_abs());
        while bits != 0 {
            if bits & 1 == 1 {
                power = power * square;
            }
            square = square * square;
            bits >>= 1;
        }
        if n < 0 { power.recip() } else { power }
    }
}
