//! The elementary functions of [`Number`].
//!
//! With bits to spare, few of them need thought: e^x − 1 and cos x − 1 by series of a small part of the argument,
//! doubled back in forms that don't cancel; logarithm and arc tangent by Newton-like steps from an f64, inverting
//! those; erf by a series without cancellation and erfc by its continued fraction. All else are textbook identities,
//! chosen so that nothing cancels. Results err by less than 2⁻²⁵⁰ (where powers magnify the error of a logarithm by
//! less than 2¹⁰⁰).

use super::exponent::Exponent;
use super::limbs::{self, LIMBS};
use super::number::Number;
use super::tables::{FRAC_1_2_PI, FRAC_2_SQRT_PI, LN_2_HIGH, LN_2_LOW, LOG2_E, LOG10_E, PI};
use crate::real::Real;

/// A series f(x) = x(1 + O(x)) is x below 2^TINY.
const TINY: i64 = -400;
/// n ≤ 2^FAR is an exact exponent.
const FAR: i64 = 160;
/// From here on erfc is computed by a continued fraction; below, 1 − erf loses no more than 95 bits.
const ERFC_TAIL: f64 = 8.0;

impl Number {
    /// e^x − 1 for |x| ≤ 1/2: the series for x/2¹⁶, then u ← u(u + 2) sixteen times.
    fn exp_m1_near(self) -> Self {
        const DOUBLINGS: i64 = 16;
        if self.is_below(TINY) {
            return self;
        }
        let x = self.scale(-DOUBLINGS);
        let series = (2..=20).rev().fold(Self::ONE, |sum, n| Self::ONE + (x * sum).divide(n));
        (0..DOUBLINGS).fold(x * series, |u, _| u * (u + Self::TWO))
    }

    /// ln(1 + x) for |x| < 0.45: Halley's iteration, which triples the digits of an f64 twice.
    fn ln_1p_near(self) -> Self {
        if self.is_below(TINY) {
            return self;
        }
        let mut y = Self::from_f64(Real::ln_1p(self.to_f64()));
        for _ in 0..2 {
            let u = y.exp_m1_near();
            y = y - ((u - self) / (u + self + Self::TWO)).scale(1);
        }
        y
    }

    /// (n, m) with a positive x = 2ⁿ(1 + m) and 1 + m in about [√½, √2).
    fn split_binade(self) -> (Exponent, Self) {
        let fraction = self.fraction();
        if fraction.to_f64() < core::f64::consts::SQRT_2 {
            (self.exponent, fraction - Self::ONE)
        } else {
            (self.exponent + Exponent::new(1), fraction.scale(-1) - Self::ONE)
        }
    }

    /// The logarithm of a number that has no finite one.
    fn special_logarithm(self) -> Option<Self> {
        match self {
            x if x.is_zero() => Some(-Self::INFINITY),
            x if x.negative || x.is_nan() => Some(Self::NAN),
            x if x.is_infinite() => Some(x),
            _ => None,
        }
    }

    /// (sin x, cos x) for |x| < 1: v = cos − 1 by the series for x/2¹², then v ← 2v(v + 2) twelve times, and
    /// sin² = −v(v + 2).
    fn sin_cos_near(self) -> (Self, Self) {
        const DOUBLINGS: i64 = 12;
        if self.is_below(TINY) {
            return (self, Self::ONE);
        }
        let x = self.scale(-DOUBLINGS);
        let square = x * x;
        let series =
            (2..=14).rev().fold(Self::ONE, |sum, n| Self::ONE - (square * sum).divide((2 * n - 1) * (2 * n)));
        let v = (0..DOUBLINGS).fold(-(square * series).scale(-1), |v, _| (v * (v + Self::TWO)).scale(1));
        ((-v * (v + Self::TWO)).sqrt().copysign(self), v + Self::ONE)
    }

    /// (n mod 4, r) with x = nπ/2 + r and |r| ≤ π/4 (Payne and Hanek): the mantissa, an integer, is multiplied by those
    /// bits of 1/(2π) that are worth less than a turn.
    fn quarter_turns(self) -> (u64, Self) {
        const FRACTION: usize = 13;
        // x = mantissa · 2^shift: 1/(2π) · 2^shift has its binary point behind `shift` bits of the table.
        let shift = self.exponent.to_i64() - 383;
        let mut window = [0; FRACTION];
        for (i, limb) in window.iter_mut().enumerate() {
            // Its lowest bit, counted down from the binary point of the table.
            let place = shift + 64 * (FRACTION - i) as i64;
            *limb = bits_of_table(place);
        }
        let mut turns: [u64; FRACTION] = limbs::mul(&window, self.mantissa());
        let quadrant = (turns[FRACTION - 1].wrapping_add(1 << 61)) >> 62;
        turns[FRACTION - 1] = turns[FRACTION - 1].wrapping_sub(quadrant << 62);
        let below = turns[FRACTION - 1] >> 63 == 1;
        if below {
            turns = limbs::sub(&[0; FRACTION], &turns);
        }
        let mut wide = [0; 2 * LIMBS];
        wide.copy_from_slice(&turns[1..]);
        let rest = Self::of_fraction(below, &wide) * PI.scale(1);
        if self.negative { (quadrant.wrapping_neg() & 3, -rest) } else { (quadrant, rest) }
    }

    /// Beyond 2¹⁰²⁴ an angle has no meaning, and 0 is taken.
    fn sin_cos(self) -> (Self, Self) {
        if self.is_infinite() || self.is_nan() {
            return (Self::NAN, Self::NAN);
        }
        if self.is_below(-1) {
            return self.sin_cos_near();
        }
        if !self.is_below(1024) {
            return (Self::ZERO, Self::ONE);
        }
        let (quadrant, rest) = self.quarter_turns();
        let (sin, cos) = rest.sin_cos_near();
        match quadrant {
            0 => (sin, cos),
            1 => (cos, -sin),
            2 => (-sin, -cos),
            _ => (-cos, sin),
        }
    }

    /// arctan x for 0 ≤ x ≤ 1: y + tan(arctan x − y) triples the digits of y.
    fn atan_near(self) -> Self {
        if self.is_below(TINY / 2) {
            return self;
        }
        let mut y = Self::from_f64(Real::atan(self.to_f64()));
        for _ in 0..2 {
            let (sin, cos) = y.sin_cos_near();
            y = y + (self * cos - sin) / (cos + self * sin);
        }
        y
    }

    /// 2/√π e^(−x²) Σ 2ⁿ x^(2n+1)/(2n + 1)!!, for |x| < 8.
    fn erf_series(self) -> Self {
        if self.is_below(TINY) {
            return FRAC_2_SQRT_PI * self;
        }
        let square = self * self;
        let (mut term, mut sum, mut n) = (self, self, 1);
        while !term.is_below(sum.exponent.to_i64() - 390) {
            n += 2;
            term = (square * term).scale(1).divide(n);
            sum = sum + term;
        }
        FRAC_2_SQRT_PI * (-square).exp() * sum
    }

    /// erfc x = e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))) for x ≥ 8. Cut after n terms it errs by about
    /// e^(−2x√(2n)), by less if n is small beside x².
    fn erfc_tail(self) -> Self {
        let decay = (-self * self).exp();
        if !self.is_regular() || !decay.is_regular() {
            return decay;
        }
        let depth = 134.0 / self.to_f64();
        let terms = (0.5 * depth * depth) as u64 + 40;
        let fraction = (1..=terms).rev().fold(self, |below, k| self + Self::from_f64(0.5 * k as f64) / below);
        decay * FRAC_2_SQRT_PI.scale(-1) / fraction
    }

    /// e^(y ln x) for x ≥ 0; by multiplication for small integers y, so that what is exact stays so.
    fn positive_powf(self, y: Self) -> Self {
        if y.is_integer() && y.is_below(10) {
            return self.powi(y.to_f64() as i32);
        }
        let log = self.ln();
        if log.is_zero() { Self::ONE } else { (y * log).exp() }
    }

    /// With n = x/ln 2 rounded it is 2ⁿ·e^(x − n ln 2). From 2^FAR on, n is all there is.
    pub(super) fn exp(self) -> Self {
        if !self.is_regular() {
            return match self {
                x if x.is_zero() => Self::ONE,
                x if x.negative && !x.is_nan() => Self::ZERO,
                x => x,
            };
        }
        if !self.is_below(FAR) {
            return Self::ONE.scale_by((self * LOG2_E).round_ties_even().to_exponent());
        }
        let n = (self * LOG2_E).round_ties_even();
        let rest = (self - n * LN_2_HIGH) - n * LN_2_LOW;
        (rest.exp_m1_near() + Self::ONE).scale_by(n.to_exponent())
    }

    /// With n = x rounded it is 2ⁿ·e^((x − n) ln 2).
    pub(super) fn exp2(self) -> Self {
        if !self.is_regular() {
            return self.exp();
        }
        if !self.is_below(FAR) {
            return Self::ONE.scale_by(self.round_ties_even().to_exponent());
        }
        let n = self.round_ties_even();
        let rest = (self - n) * (LN_2_HIGH + LN_2_LOW);
        (rest.exp_m1_near() + Self::ONE).scale_by(n.to_exponent())
    }

    pub(super) fn exp_m1(self) -> Self {
        if self.is_below(-1) { self.exp_m1_near() } else { self.exp() - Self::ONE }
    }

    /// n ln 2 + ln(1 + m); near 1, n is 0 and nothing cancels.
    pub(super) fn ln(self) -> Self {
        self.special_logarithm().unwrap_or_else(|| {
            let (n, m) = self.split_binade();
            let n = Self::from_exponent(n);
            n * LN_2_HIGH + (n * LN_2_LOW + m.ln_1p_near())
        })
    }

    pub(super) fn ln_1p(self) -> Self {
        let near = self.is_below(-1) && (-0.29..0.41).contains(&self.to_f64());
        if near { self.ln_1p_near() } else { (self + Self::ONE).ln() }
    }

    /// n + ln(1 + m)/ln 2: exact for powers of two.
    pub(super) fn log2(self) -> Self {
        self.special_logarithm().unwrap_or_else(|| {
            let (n, m) = self.split_binade();
            Self::from_exponent(n) + m.ln_1p_near() * LOG2_E
        })
    }

    pub(super) fn log10(self) -> Self {
        self.ln() * LOG10_E
    }

    /// Halley's iteration from the f64 root of the mantissa.
    pub(super) fn cbrt(self) -> Self {
        if !self.is_regular() {
            return self;
        }
        let (third, rest) = self.exponent.divide(3);
        let x = self.abs().fraction().scale(rest);
        let mut root = Self::from_f64(Real::cbrt(x.to_f64()));
        for _ in 0..2 {
            let cube = root * root * root;
            root = root * (cube + x.scale(1)) / (cube.scale(1) + x);
        }
        root.scale_by(third).copysign(self)
    }

    pub(super) fn sin(self) -> Self {
        self.sin_cos().0
    }

    pub(super) fn cos(self) -> Self {
        self.sin_cos().1
    }

    pub(super) fn tan(self) -> Self {
        let (sin, cos) = self.sin_cos();
        sin / cos
    }

    /// √((1 − x)(1 + x))
    fn cofactor(self) -> Self {
        ((Self::ONE - self) * (Self::ONE + self)).sqrt()
    }

    pub(super) fn asin(self) -> Self {
        self.atan2(self.cofactor())
    }

    pub(super) fn acos(self) -> Self {
        self.cofactor().atan2(self)
    }

    pub(super) fn atan(self) -> Self {
        self.atan2(Self::ONE)
    }

    /// (u + u/(1 + u))/2 with u = expm1|x|.
    pub(super) fn sinh(self) -> Self {
        let u = self.abs().exp_m1();
        if u.is_infinite() {
            return u.copysign(self);
        }
        (u + u / (u + Self::ONE)).scale(-1).copysign(self)
    }

    pub(super) fn cosh(self) -> Self {
        let e = self.abs().exp();
        (e + e.recip()).scale(-1)
    }

    /// −v/(2 + v) with v = expm1(−2|x|).
    pub(super) fn tanh(self) -> Self {
        let v = (-self.abs().scale(1)).exp_m1();
        (-v / (v + Self::TWO)).copysign(self)
    }

    /// ln1p(|x| + x²/(1 + √(1 + x²))).
    pub(super) fn asinh(self) -> Self {
        if !self.is_regular() {
            return self;
        }
        let (x, one) = (self.abs(), Self::ONE);
        let square = x * x;
        (x + square / (one + (one + square).sqrt())).ln_1p().copysign(self)
    }

    /// ln1p(t + √t·√(t + 2)) with t = x − 1.
    pub(super) fn acosh(self) -> Self {
        let t = self - Self::ONE;
        (t + t.sqrt() * (t + Self::TWO).sqrt()).ln_1p()
    }

    /// ½ ln1p(2|x|/(1 − |x|)).
    pub(super) fn atanh(self) -> Self {
        let x = self.abs();
        (x.scale(1) / (Self::ONE - x)).ln_1p().scale(-1).copysign(self)
    }

    pub(super) fn sigmoid(self) -> Self {
        (Self::ONE + (-self).exp()).recip()
    }

    /// max(x, 0) + ln1p(e^(−|x|)).
    pub(super) fn softplus(self) -> Self {
        let tail = (-self.abs()).exp().ln_1p();
        if self.negative { tail } else { self + tail }
    }

    pub(super) fn erf(self) -> Self {
        let x = self.to_f64().abs();
        if x < ERFC_TAIL { self.erf_series() } else { (Self::ONE - self.abs().erfc_tail()).copysign(self) }
    }

    pub(super) fn erfc(self) -> Self {
        match self.to_f64() {
            x if x.abs() < ERFC_TAIL => Self::ONE - self.erf_series(),
            x if x < 0.0 => Self::TWO - (-self).erfc_tail(),
            _ => self.erfc_tail(),
        }
    }

    /// Special values as [`f64::powf`].
    pub(super) fn powf(self, y: Self) -> Self {
        if y.is_zero() || self == Self::ONE || (self == -Self::ONE && y.is_infinite()) {
            Self::ONE
        } else if self.is_nan() || y.is_nan() {
            Self::NAN
        } else if !self.negative {
            self.positive_powf(y)
        } else if y.is_odd() {
            -(-self).positive_powf(y)
        } else if y.is_integer() || !self.is_regular() {
            (-self).positive_powf(y)
        } else {
            Self::NAN
        }
    }

    pub(super) fn hypot(self, other: Self) -> Self {
        (self * self + other * other).sqrt()
    }

    /// The angle of the point in the first octant, then its mirror images.
    pub(super) fn atan2(self, x: Self) -> Self {
        if self.is_nan() || x.is_nan() {
            return Self::NAN;
        }
        let (a, b) = (self.abs(), x.abs());
        let steep = a > b;
        let (small, large) = if steep { (b, a) } else { (a, b) };
        let octant = if large.is_zero() {
            large
        } else if small.is_infinite() {
            PI.scale(-2)
        } else {
            (small / large).atan_near()
        };
        let quadrant = if steep { PI.scale(-1) - octant } else { octant };
        let angle = if x.negative { PI - quadrant } else { quadrant };
        angle.copysign(self)
    }

    pub(super) fn recip(self) -> Self {
        Self::ONE / self
    }

    /// By repeated squaring.
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

/// The 64 bits of the table of 1/(2π) that end `place` bits behind the binary point; zeros before the point, and
/// beyond the end.
fn bits_of_table(place: i64) -> u64 {
    let last = 64 * FRAC_1_2_PI.len() as i64 - place; // the lowest bit's index from the end
    let limb = |i: i64| usize::try_from(i).ok().and_then(|i| FRAC_1_2_PI.get(i)).copied().unwrap_or(0);
    let (index, bits) = (last.div_euclid(64), last.rem_euclid(64) as u32);
    limb(index) >> bits | limb(index + 1).unbounded_shl(64 - bits)
}
