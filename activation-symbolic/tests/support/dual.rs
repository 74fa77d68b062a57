//! Dual numbers: the textbook's derivative of every operation, carried along with its value.

use std::ops::{Add, Div, Mul, Neg, Sub};

use activation_runtime::arith::Arith;
use activation_runtime::real::Real;

/// value + slope·ε with ε² = 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Dual<R> {
    pub(crate) value: R,
    pub(crate) slope: R,
}

impl<R: Real<Mask = bool>> Dual<R> {
    /// f(u)′ = f′(u)·u′
    fn chain(self, value: R, slope: R) -> Self {
        Self { value, slope: slope * self.slope }
    }
    fn c(self, value: f64) -> R {
        self.value.constant(value)
    }
}

impl<R: Real> Neg for Dual<R> {
    type Output = Self;
    fn neg(self) -> Self {
        Self { value: -self.value, slope: -self.slope }
    }
}
impl<R: Real> Add for Dual<R> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { value: self.value + other.value, slope: self.slope + other.slope }
    }
}
impl<R: Real> Sub for Dual<R> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { value: self.value - other.value, slope: self.slope - other.slope }
    }
}
impl<R: Real> Mul for Dual<R> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        Self { value: self.value * other.value, slope: self.slope * other.value + self.value * other.slope }
    }
}
impl<R: Real> Div for Dual<R> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let slope = (self.slope * other.value - self.value * other.slope) / (other.value * other.value);
        Self { value: self.value / other.value, slope }
    }
}

macro_rules! flat {
    ($($step:ident)*) => {
        $(fn $step(self) -> Self {
            Self { value: self.value.$step(), slope: self.c(0.0) }
        })*
    };
}

macro_rules! compare {
    ($($comparison:ident)*) => {
        $(fn $comparison(self, other: Self) -> bool {
            self.value.$comparison(other.value)
        })*
    };
}

impl<R: Real<Mask = bool>> Arith for Dual<R> {
    type Mask = bool;
    fn constant(self, value: f64) -> Self {
        Self { value: self.c(value), slope: self.c(0.0) }
    }
    fn abs(self) -> Self {
        let zero = self.c(0.0);
        let sign = if self.value.eq(zero) { zero } else { self.c(1.0).copysign(self.value) };
        self.chain(self.value.abs(), sign)
    }
    fn sqrt(self) -> Self {
        let root = self.value.sqrt();
        self.chain(root, self.c(0.5) / root)
    }
    fn copysign(self, sign: Self) -> Self {
        let turn = self.c(1.0).copysign(self.value) * self.c(1.0).copysign(sign.value);
        self.chain(self.value.copysign(sign.value), turn)
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }
    flat! { floor ceil trunc round_ties_even round }
    compare! { lt le gt ge eq ne }
    fn select(mask: bool, then: Self, otherwise: Self) -> Self {
        if mask { then } else { otherwise }
    }
    fn max(self, other: Self) -> Self {
        if self.gt(other) { self } else { other }
    }
    fn min(self, other: Self) -> Self {
        if self.lt(other) { self } else { other }
    }
}

/// `name(u) = slope`, where v is the value.
macro_rules! elementary {
    ($($name:ident($u:ident, $v:ident) = $slope:expr;)*) => {
        $(fn $name(self) -> Self {
            let ($u, $v) = (self.value, self.value.$name());
            self.chain($v, $slope)
        })*
    };
}

impl<R: Real<Mask = bool>> Real for Dual<R> {
    elementary! {
        exp(_u, v) = v;
        exp2(_u, v) = v * v.constant(2.0).ln();
        exp_m1(u, _v) = u.exp();
        ln(u, _v) = u.recip();
        ln_1p(u, _v) = (u + u.constant(1.0)).recip();
        log2(u, _v) = (u * u.constant(2.0).ln()).recip();
        log10(u, _v) = (u * u.constant(10.0).ln()).recip();
        cbrt(u, v) = v / (u * u.constant(3.0));
        sin(u, _v) = u.cos();
        cos(u, _v) = -u.sin();
        tan(u, _v) = (u.cos() * u.cos()).recip();
        asin(u, _v) = (u.constant(1.0) - u * u).sqrt().recip();
        acos(u, _v) = -(u.constant(1.0) - u * u).sqrt().recip();
        atan(u, _v) = (u.constant(1.0) + u * u).recip();
        sinh(u, _v) = u.cosh();
        cosh(u, _v) = u.sinh();
        tanh(u, _v) = (u.cosh() * u.cosh()).recip();
        asinh(u, _v) = (u * u + u.constant(1.0)).sqrt().recip();
        acosh(u, _v) = (u * u - u.constant(1.0)).sqrt().recip();
        atanh(u, _v) = (u.constant(1.0) - u * u).recip();
        sigmoid(u, v) = v * (-u).sigmoid();
        softplus(u, _v) = u.sigmoid();
        erf(u, _v) = (-(u * u)).exp() * u.constant(std::f64::consts::FRAC_2_SQRT_PI);
        erfc(u, _v) = -(-(u * u)).exp() * u.constant(std::f64::consts::FRAC_2_SQRT_PI);
    }
    fn powi(self, n: i32) -> Self {
        let slope = self.c(f64::from(n)) * self.value.powi(n - 1);
        self.chain(self.value.powi(n), slope)
    }
    fn powf(self, p: Self) -> Self {
        let value = self.value.powf(p.value);
        let slope = value * (p.slope * self.value.ln() + p.value * self.slope / self.value);
        Self { value, slope }
    }
    fn hypot(self, other: Self) -> Self {
        (self * self + other * other).sqrt()
    }
    fn atan2(self, x: Self) -> Self {
        let value = self.value.atan2(x.value);
        let square = self.value * self.value + x.value * x.value;
        Self { value, slope: (self.slope * x.value - self.value * x.slope) / square }
    }
}
