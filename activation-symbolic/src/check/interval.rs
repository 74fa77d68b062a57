//! Interval arithmetic: the carrier in which a check can prove something.
//!
//! An [`Interval`] encloses the exact result, whatever floats would have made of it: every operation rounds
//! outwards, and not at all where its result is exact, so that 1 − x at x = 1 is 0 and nothing else. What exceeds
//! the floats is a half-line, what is undefined the whole line. Conditions are decided where all of the interval
//! decides them alike.

use std::f64::consts::{FRAC_PI_2, PI};
use std::ops::{Add, Div, Mul, Neg, Sub};

use activation_runtime::arith::Arith;
use activation_runtime::real::Real;

use super::truth::Truth;
use crate::primitive::Primitive;
use crate::standard;

/// All the reals from `lo` to `hi`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end; −∞ if there is none.
    pub lo: f64,
    /// The upper end; ∞ if there is none.
    pub hi: f64,
}

impl Interval {
    /// Nothing is known.
    pub const WHOLE: Self = Self { lo: f64::NEG_INFINITY, hi: f64::INFINITY };

    /// From one end to the other; the whole line if either is NaN.
    pub fn new(lo: f64, hi: f64) -> Self {
        if lo <= hi { Self { lo, hi } } else { Self::WHOLE }
    }

    /// One number.
    pub fn point(x: f64) -> Self {
        Self::new(x, x)
    }

    /// How large the number in the middle is.
    pub fn size(self) -> f64 {
        self.middle().abs()
    }

    /// A number in the middle.
    pub fn middle(self) -> f64 {
        if self.lo == self.hi { self.lo } else { 0.5 * self.lo + 0.5 * self.hi }
    }

    /// Whether both ends are finite.
    pub fn is_bounded(self) -> bool {
        self.lo.is_finite() && self.hi.is_finite()
    }

    /// Whether a number lies in it.
    pub fn contains(self, x: f64) -> bool {
        self.lo <= x && x <= self.hi
    }

    /// Whether no number lies in both.
    pub fn is_disjoint(self, other: Self) -> bool {
        self.hi < other.lo || other.hi < self.lo
    }

    /// The smallest interval around both.
    pub fn hull(self, other: Self) -> Self {
        Self::new(self.lo.min(other.lo), self.hi.max(other.hi))
    }

    /// The numbers in both, if there are any.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (lo, hi) = (self.lo.max(other.lo), self.hi.min(other.hi));
        (lo <= hi).then_some(Self { lo, hi })
    }

    /// The numbers in both, or the nearest to them.
    fn clip(self, (lo, hi): (f64, f64)) -> Self {
        Self::new(self.lo.clamp(lo, hi), self.hi.clamp(lo, hi))
    }

    /// The hull of `f` at both ends, where f is monotonic, rises or falls, and errs by no more than `near` allows.
    fn monotonic(self, f: impl Fn(f64) -> f64) -> Self {
        if self.lo == self.hi {
            return near(self.lo, f(self.lo));
        }
        near(self.lo, f(self.lo)).hull(near(self.hi, f(self.hi)))
    }

    /// [`Self::monotonic`], within the primitive's domain (else nothing is known) and its range.
    fn elementary(self, primitive: Primitive, f: impl Fn(f64) -> f64) -> Self {
        use crate::primitive::Domain;
        let facts = primitive.facts();
        let end = match facts.domain {
            Domain::Interval(lo, hi, ..) if self.lo < lo || self.hi > hi => return Self::WHOLE,
            Domain::Interval(lo, ..) => lo,
            _ => f64::NEG_INFINITY,
        };
        let result = if self.lo == end && end.is_finite() && f(end) == f64::NEG_INFINITY {
            Self::new(f64::NEG_INFINITY, near(self.hi, f(self.hi)).hi)
        } else {
            self.monotonic(f)
        };
        result.clip(facts.range)
    }

    /// Whether a + 2πk lies in it for a whole k, or might.
    fn meets_angle(self, a: f64) -> bool {
        let turn = |x: f64| (x - a) / (2.0 * PI);
        let slack = 1e-12 * (1.0 + self.lo.abs().max(self.hi.abs()));
        (turn(self.hi + slack)).floor() > (turn(self.lo - slack)).floor()
    }

    /// Sine or cosine: `peak` is an angle where it is 1.
    fn wave(self, f: impl Fn(f64) -> f64, peak: f64) -> Self {
        if !self.is_bounded() || (self.lo < self.hi && self.lo.abs().max(self.hi.abs()) > 1e10) {
            return Self::new(-1.0, 1.0);
        }
        let mut result = self.monotonic(f);
        if self.lo < self.hi && self.meets_angle(peak) {
            result.hi = 1.0;
        }
        if self.lo < self.hi && self.meets_angle(peak + PI) {
            result.lo = -1.0;
        }
        result.clip((-1.0, 1.0))
    }

    /// The hull of `f` at the four corners of two intervals.
    fn corners(self, other: Self, f: impl Fn(f64, f64) -> Self) -> Self {
        let a = f(self.lo, other.lo);
        if self.lo == self.hi && other.lo == other.hi {
            return a;
        }
        a.hull(f(self.hi, other.hi)).hull(f(self.lo, other.hi)).hull(f(self.hi, other.lo))
    }

    /// |x|ᵖ·sign for a base of one sign.
    fn power(base: f64, exponent: f64) -> Self {
        let y = base.powf(exponent);
        let exact = exponent == 0.0 || exponent == 1.0 || base == 0.0 || base == 1.0;
        if exact { Self::new(y, y) } else { around(y).clip((0.0, f64::INFINITY)) }
    }
}

/// What `f(x) = y` may be exactly, `y` being right to two units in the last place: exact at 0 and ±1, where the
/// elementary functions have their whole values.
fn near(x: f64, y: f64) -> Interval {
    let landmark = |v: f64| v == 0.0 || v.abs() == 1.0;
    if (landmark(x) && (landmark(y) || y == 0.5)) || x.is_infinite() {
        Interval::new(y, y)
    } else {
        around(y)
    }
}

/// A few units in the last place to both sides; a result out of the floats' range is a half-line.
fn around(y: f64) -> Interval {
    if y == f64::INFINITY {
        return Interval::new(f64::MAX, y);
    }
    if y == f64::NEG_INFINITY {
        return Interval::new(y, f64::MIN);
    }
    let slack = 4.0 * f64::EPSILON * y.abs() + f64::from_bits(4);
    Interval::new(y - slack, y + slack)
}

/// The exact result of an operation that gave `y`, `error` being a number of the sign of exact − y.
fn rounded(y: f64, error: f64) -> Interval {
    if y == f64::INFINITY {
        Interval::new(f64::MAX, y)
    } else if y == f64::NEG_INFINITY {
        Interval::new(y, f64::MIN)
    } else if error == 0.0 {
        Interval::new(y, y)
    } else if error > 0.0 {
        Interval::new(y, y.next_up())
    } else {
        Interval::new(y.next_down(), y)
    }
}

fn sum(a: f64, b: f64) -> Interval {
    let s = a + b;
    if a.is_infinite() || b.is_infinite() {
        return Interval::new(s, s);
    }
    let t = s - a;
    rounded(s, (a - (s - t)) + (b - t))
}

fn product(a: f64, b: f64) -> Interval {
    let p = a * b;
    if a == 0.0 || b == 0.0 {
        // An infinite end stands for numbers without bound, none of which is infinite.
        return Interval::point(0.0);
    }
    if a.is_infinite() || b.is_infinite() {
        return Interval::new(p, p);
    }
    if p.abs() < 1e-280 {
        return tiny(p, (a < 0.0) != (b < 0.0));
    }
    rounded(p, a.mul_add(b, -p))
}

fn quotient(a: f64, b: f64) -> Interval {
    let q = a / b;
    if a == 0.0 {
        return Interval::point(0.0);
    }
    if a.is_infinite() || b.is_infinite() {
        return Interval::new(q, q);
    }
    if q.abs() < 1e-280 || a.abs() < 1e-280 {
        return tiny(q, (a < 0.0) != (b < 0.0));
    }
    let remainder = -q.mul_add(b, -a);
    rounded(q, if b < 0.0 { -remainder } else { remainder })
}

/// A result near the subnormals, whose error can't be computed: of known sign, never exactly 0.
fn tiny(y: f64, negative: bool) -> Interval {
    if y.is_infinite() {
        return rounded(y, 0.0);
    }
    if negative {
        Interval::new(y.next_down(), y.next_up().min(0.0))
    } else {
        Interval::new(y.next_down().max(0.0), y.next_up())
    }
}

impl Neg for Interval {
    type Output = Self;
    fn neg(self) -> Self {
        Self { lo: -self.hi, hi: -self.lo }
    }
}

impl Add for Interval {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let low = sum(self.lo, other.lo);
        if self.lo == self.hi && other.lo == other.hi {
            return low;
        }
        Self::new(low.lo, sum(self.hi, other.hi).hi)
    }
}

impl Sub for Interval {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Interval {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        // Not even 0 times what is undefined is known.
        if self == Self::WHOLE || other == Self::WHOLE {
            return Self::WHOLE;
        }
        self.corners(other, product)
    }
}

impl Div for Interval {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        if other.lo > 0.0 || other.hi < 0.0 {
            return self.corners(other, quotient);
        }
        // Towards an end that is 0 the quotient grows without bound.
        let far = if other.lo == 0.0 && other.hi > 0.0 {
            Interval::new(quotient(1.0, other.hi).lo, f64::INFINITY)
        } else if other.hi == 0.0 && other.lo < 0.0 {
            Interval::new(f64::NEG_INFINITY, quotient(1.0, other.lo).hi)
        } else {
            return Self::WHOLE;
        };
        self * far
    }
}

impl Arith for Interval {
    type Mask = Truth;

    fn constant(self, value: f64) -> Self {
        Self::point(value)
    }
    fn abs(self) -> Self {
        if self.lo >= 0.0 {
            self
        } else if self.hi <= 0.0 {
            -self
        } else {
            Self::new(0.0, self.hi.max(-self.lo))
        }
    }
    fn sqrt(self) -> Self {
        if self.lo < 0.0 {
            return Self::WHOLE;
        }
        let root = |x: f64| match x.sqrt() {
            y if x == 0.0 || x.is_infinite() => Self::point_or_ray(y),
            y if x < 1e-280 => around(y),
            y => rounded(y, -y.mul_add(y, -x)),
        };
        Self::new(root(self.lo).lo, root(self.hi).hi)
    }
    fn copysign(self, sign: Self) -> Self {
        let magnitude = self.abs();
        if sign.lo >= 0.0 {
            magnitude
        } else if sign.hi < 0.0 {
            -magnitude
        } else {
            magnitude.hull(-magnitude)
        }
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }
    fn floor(self) -> Self {
        Self::new(self.lo.floor(), self.hi.floor())
    }
    fn ceil(self) -> Self {
        Self::new(self.lo.ceil(), self.hi.ceil())
    }
    fn trunc(self) -> Self {
        Self::new(self.lo.trunc(), self.hi.trunc())
    }
    fn round_ties_even(self) -> Self {
        Self::new(self.lo.round_ties_even(), self.hi.round_ties_even())
    }
    fn round(self) -> Self {
        Self::new(self.lo.round(), self.hi.round())
    }
    fn lt(self, other: Self) -> Truth {
        Truth::of(self.hi < other.lo, self.lo >= other.hi)
    }
    fn le(self, other: Self) -> Truth {
        Truth::of(self.hi <= other.lo, self.lo > other.hi)
    }
    fn gt(self, other: Self) -> Truth {
        other.lt(self)
    }
    fn ge(self, other: Self) -> Truth {
        other.le(self)
    }
    fn eq(self, other: Self) -> Truth {
        let same = self.lo == self.hi && other.lo == other.hi && self.lo == other.lo;
        Truth::of(same, self.is_disjoint(other))
    }
    fn ne(self, other: Self) -> Truth {
        !self.eq(other)
    }
    fn select(mask: Truth, then: Self, otherwise: Self) -> Self {
        match mask {
            Truth::Yes => then,
            Truth::No => otherwise,
            Truth::Maybe => then.hull(otherwise),
        }
    }
    fn max(self, other: Self) -> Self {
        Self::new(self.lo.max(other.lo), self.hi.max(other.hi))
    }
    fn min(self, other: Self) -> Self {
        Self::new(self.lo.min(other.lo), self.hi.min(other.hi))
    }
}

impl Interval {
    fn point_or_ray(y: f64) -> Self {
        Self { lo: y, hi: y }
    }
}

macro_rules! elementary {
    ($($method:ident $primitive:ident $f:expr;)*) => {
        $(fn $method(self) -> Self {
            self.elementary(Primitive::$primitive, $f)
        })*
    };
}

impl Real for Interval {
    elementary! {
        exp Exp f64::exp;
        exp2 Exp2 f64::exp2;
        exp_m1 ExpM1 f64::exp_m1;
        ln Ln f64::ln;
        ln_1p Ln1p f64::ln_1p;
        log2 Log2 f64::log2;
        log10 Log10 f64::log10;
        cbrt Cbrt f64::cbrt;
        asin Asin f64::asin;
        acos Acos f64::acos;
        atan Atan f64::atan;
        sinh Sinh f64::sinh;
        tanh Tanh f64::tanh;
        asinh Asinh f64::asinh;
        acosh Acosh standard::acosh;
        atanh Atanh standard::atanh;
        sigmoid Sigmoid standard::sigmoid;
        softplus Softplus standard::softplus;
        erf Erf Real::erf;
        erfc Erfc Real::erfc;
    }

    fn cosh(self) -> Self {
        self.abs().elementary(Primitive::Cosh, f64::cosh)
    }
    fn sin(self) -> Self {
        self.wave(f64::sin, FRAC_PI_2)
    }
    fn cos(self) -> Self {
        self.wave(f64::cos, 0.0)
    }
    fn tan(self) -> Self {
        if self.lo == self.hi {
            return near(self.lo, self.lo.tan());
        }
        if !self.is_bounded() || self.meets_angle(FRAC_PI_2) || self.meets_angle(-FRAC_PI_2) {
            return Self::WHOLE;
        }
        self.monotonic(f64::tan)
    }
    fn powi(self, n: i32) -> Self {
        if n == 0 {
            return Self::point(1.0);
        }
        let p = f64::from(n.unsigned_abs());
        let magnitude = self.abs();
        let power = Self::new(Self::power(magnitude.lo, p).lo, Self::power(magnitude.hi, p).hi);
        let power = if n % 2 == 0 || self.lo >= 0.0 {
            power
        } else if self.hi <= 0.0 {
            -power
        } else {
            Self::new(-Self::power(-self.lo, p).hi, Self::power(self.hi, p).hi)
        };
        if n < 0 { Self::point(1.0) / power } else { power }
    }
    fn powf(self, exponent: Self) -> Self {
        let p = exponent.lo;
        if p == exponent.hi && p.fract() == 0.0 && p.abs() < f64::from(i32::MAX) {
            return self.powi(p as i32);
        }
        if self.lo < 0.0 || (self.lo == 0.0 && p <= 0.0) {
            return Self::WHOLE;
        }
        self.corners(exponent, Self::power)
    }
    fn hypot(self, other: Self) -> Self {
        let (a, b) = (self.abs(), other.abs());
        if a == Self::point(0.0) || b == Self::point(0.0) {
            return a + b;
        }
        Self::new(around(a.lo.hypot(b.lo)).lo.max(0.0), around(a.hi.hypot(b.hi)).hi)
    }
    fn atan2(self, x: Self) -> Self {
        let crosses_the_cut = x.lo <= 0.0 && self.lo <= 0.0 && self.hi >= 0.0;
        if crosses_the_cut && !(x.lo == x.hi && self.lo == self.hi) {
            return Self::new(-PI, PI);
        }
        self.corners(x, |y, x| around(y.atan2(x)))
    }
}
