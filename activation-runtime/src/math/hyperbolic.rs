//! Hyperbolic functions and their inverses.
//!
//! With u = |x| and e²ᵘ or eᵘ in two words, each is a quotient that loses nothing near 0 or far out. The sign of
//! x comes last. f32 lanes compute all but tanh in f64, by shorter polynomials and without the second word.

use super::double_word::{fast_two_sum, quotient, two_product, two_sum};
use super::exp::{Constants as Exp, Reduced};
use super::format::power_of_two;
use super::log::Constants as Log;
use crate::arith::Lanes;

/// (1 − e)/(1 + e) with e = e^−2u = 2ⁿ(1 + r + tail), from e − 1 = (2ⁿ − 1) + 2ⁿ·r + 2ⁿ·tail.
#[inline(always)]
fn tanh<V: Lanes, const N: usize, const M: usize>(x: V, exp: &Exp<N, M>) -> V {
    let double = x.abs() * x.constant(-2.0);
    let least = x.constant(exp.saturated);
    let reduced = exp.reduce(V::select(double.lt(least), least, double));
    let power = power_of_two(reduced.n, 0);
    let (high, lost_in_power) = fast_two_sum(x.constant(-1.0), power);
    let (high, lost) = fast_two_sum(high, power * reduced.r);
    let low = power.mul_add(reduced.tail(), lost + lost_in_power);
    let (high, low) = fast_two_sum(high, low);
    let (below, lost) = fast_two_sum(x.constant(2.0), high);
    let (y, lacking) = quotient((-high, -low), (below, lost + low));
    (y + lacking).copysign(x)
}

/// eᵘ = 2ⁿ·(1 + p), as p and 1 + p in two words each.
struct Exponential<V> {
    n: V,
    p: (V, V),
    one_plus_p: (V, V),
    /// 2⁻²ⁿ, or 0 where it is too small to matter.
    inverse_square: V,
}

impl<V: Lanes> Exponential<V> {
    #[inline(always)]
    fn new<const N: usize, const M: usize>(u: V, exp: &Exp<N, M>) -> Self {
        // Here sinh and cosh are infinite, though their half of eᵘ isn't far from the largest number.
        let most = u.constant(exp.range[1] + 1.0);
        let reduced @ Reduced { n, r, .. } = exp.reduce(V::select(u.gt(most), most, u));
        let p = fast_two_sum(r, reduced.tail());
        let (high, low) = fast_two_sum(u.constant(1.0), p.0);
        let limit = u.constant(60.0);
        let inverse = power_of_two(-V::select(n.gt(limit), limit, n), 0);
        Self { n, p, one_plus_p: (high, low + p.1), inverse_square: inverse * inverse }
    }

    /// (`high` + `low`)·2ⁿ⁻¹.
    #[inline(always)]
    fn half(&self, high: V, low: V) -> V {
        (high + low).scale_by_power_of_two(self.n - self.n.constant(1.0))
    }
}

/// 2ⁿ⁻¹·(1 + p − 2⁻²ⁿ/(1 + p)) = 2ⁿ⁻¹·((1 − 2⁻²ⁿ) + p + 2⁻²ⁿ·p/(1 + p)).
#[inline(always)]
fn sinh<V: Lanes, const N: usize, const M: usize>(x: V, exp: &Exp<N, M>) -> V {
    let e = Exponential::new(x.abs(), exp);
    let (ratio, lacking) = quotient(e.p, e.one_plus_p);
    let (high, lost_first) = fast_two_sum(x.constant(1.0), -e.inverse_square);
    let (high, lost_second) = fast_two_sum(high, e.p.0);
    let (high, lost_third) = two_sum(high, ratio * e.inverse_square);
    let low = e.inverse_square.mul_add(lacking, e.p.1 + lost_first);
    e.half(high, low + (lost_second + lost_third)).copysign(x)
}

/// 2ⁿ⁻¹·(1 + p + 2⁻²ⁿ/(1 + p)).
#[inline(always)]
fn cosh<V: Lanes, const N: usize, const M: usize>(x: V, exp: &Exp<N, M>) -> V {
    let e = Exponential::new(x.abs(), exp);
    let (ratio, lacking) = quotient((x.constant(1.0), x.constant(0.0)), e.one_plus_p);
    let (high, lost) = fast_two_sum(e.one_plus_p.0, ratio * e.inverse_square);
    e.half(high, e.inverse_square.mul_add(lacking, e.one_plus_p.1 + lost))
}

/// √(v + w), w small beside v, in two words.
#[inline(always)]
fn root<V: Lanes>(v: V, w: V) -> (V, V) {
    let root = v.sqrt();
    let (square, lost) = two_product(root, root);
    let lacking = ((v - square) - lost + w) / (root + root);
    (root, V::select(root.gt(root.constant(0.0)), lacking, root))
}

/// From here on the 1 beside x² under the root, and that beside x in ln(1 + x), is nothing.
const HUGE: f64 = (1u64 << 55) as f64;

/// ln(1 + u + u²/(1 + √(1 + u²))).
#[inline(always)]
fn asinh<V: Lanes<Scalar = f64>, const N: usize>(x: V, log: &Log<N>) -> V {
    let (zero, one, u) = (x.constant(0.0), x.constant(1.0), x.abs());
    let huge = u.ge(x.constant(HUGE));
    let v = V::select(huge, one, u);
    let square = two_product(v, v);
    let (sum, lost) = two_sum(one, square.0);
    let (root, low) = root(sum, lost + square.1);
    let (below, lost) = fast_two_sum(root, one);
    let (ratio, lacking) = quotient(square, (below, lost + low));
    let (high, low) = fast_two_sum(v, ratio);
    let (high, low) = (V::select(huge, u, high), V::select(huge, zero, low + lacking));
    log.ln_1p_of_sum(high, Some(low), V::select(huge, one, zero)).copysign(x)
}

/// ln(1 + t + √(t² + 2t)) with t = x − 1.
#[inline(always)]
fn acosh<V: Lanes<Scalar = f64>, const N: usize>(x: V, log: &Log<N>) -> V {
    let (zero, one) = (x.constant(0.0), x.constant(1.0));
    let huge = x.ge(x.constant(HUGE));
    let t = V::select(huge, one, x - one);
    let square = two_product(t, t);
    let (sum, lost) = two_sum(t + t, square.0);
    let (root, low) = root(sum, lost + square.1);
    let (high, lost) = two_sum(t, root);
    let (high, low) = (V::select(huge, x, high), V::select(huge, zero, low + lost));
    let y = log.ln_1p_of_sum(high, Some(low), V::select(huge, one, zero));
    V::select(x.lt(one), x.constant(f64::NAN), y)
}

/// ln(1 + 2u/(1 − u))/2.
#[inline(always)]
fn atanh<V: Lanes<Scalar = f64>, const N: usize>(x: V, log: &Log<N>) -> V {
    let (zero, one, u) = (x.constant(0.0), x.constant(1.0), x.abs());
    let (high, low) = quotient((u + u, zero), fast_two_sum(one, -u));
    let y = log.ln_1p_of_sum(high, Some(low), zero) * x.constant(0.5);
    let y = V::select(u.eq(one), x.constant(f64::INFINITY), y);
    V::select(u.gt(one), x.constant(f64::NAN), y).copysign(x)
}

/// For f32 lanes.
pub mod single {
    use crate::arith::{Arith, Lanes};
    use crate::math::exp::double::SHORT as EXP;
    use crate::math::log::double::SHORT as LOG;

    /// f(|x|) computed in f64, with the sign of x.
    #[inline(always)]
    fn odd<V: Lanes<Scalar = f32>>(x: V, f: impl Fn(V::Wide) -> V::Wide) -> V {
        let [y] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| [f(x.abs())],
        );
        y.copysign(x)
    }

    /// u, at most 100: there sinh and cosh are infinite.
    #[inline(always)]
    fn bounded<W: Lanes<Scalar = f64>>(u: W) -> W {
        W::select(u.gt(u.constant(100.0)), u.constant(100.0), u)
    }

    /// Largest error measured of `sinh`, in ulp.
    pub const SINH_ULP: f64 = 0.51;

    #[inline(always)]
    pub(in crate::math) fn sinh<V: Lanes<Scalar = f32>>(x: V) -> V {
        odd(
            x,
            #[inline(always)]
            |u| {
                let e = EXP.exp_m1(bounded(u));
                (e + e / (e + u.constant(1.0))) * u.constant(0.5)
            },
        )
    }

    /// Largest error measured of `cosh`, in ulp.
    pub const COSH_ULP: f64 = 0.51;

    #[inline(always)]
    pub(in crate::math) fn cosh<V: Lanes<Scalar = f32>>(x: V) -> V {
        let [y] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| {
                let e = EXP.exp(bounded(x.abs()));
                [(e + x.constant(1.0) / e) * x.constant(0.5)]
            },
        );
        y
    }

    /// Largest error measured of `tanh`, in ulp.
    pub const TANH_ULP: f64 = 0.8;

    #[inline(always)]
    pub(in crate::math) fn tanh<V: Lanes<Scalar = f32>>(x: V) -> V {
        super::tanh(x, &crate::math::exp::single::EXP)
    }

    /// Largest error measured of `asinh`, in ulp.
    pub const ASINH_ULP: f64 = 0.51;

    #[inline(always)]
    pub(in crate::math) fn asinh<V: Lanes<Scalar = f32>>(x: V) -> V {
        odd(
            x,
            #[inline(always)]
            |u| {
                let (one, square) = (u.constant(1.0), u * u);
                let y = LOG.ln_1p(u + square / (one + (one + square).sqrt()));
                V::Wide::select(u.lt(u.constant(f64::INFINITY)), y, u)
            },
        )
    }

    /// Largest error measured of `acosh`, in ulp.
    pub const ACOSH_ULP: f64 = 0.51;

    #[inline(always)]
    pub(in crate::math) fn acosh<V: Lanes<Scalar = f32>>(x: V) -> V {
        let [y] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| {
                let t = x - x.constant(1.0);
                let y = LOG.ln_1p(t + (t * t + (t + t)).sqrt());
                [V::Wide::select(t.lt(t.constant(0.0)), t.constant(f64::NAN), y)]
            },
        );
        y
    }

    /// Largest error measured of `atanh`, in ulp.
    pub const ATANH_ULP: f64 = 0.51;

    #[inline(always)]
    pub(in crate::math) fn atanh<V: Lanes<Scalar = f32>>(x: V) -> V {
        odd(
            x,
            #[inline(always)]
            |u| LOG.ln_1p((u + u) / (u.constant(1.0) - u)) * u.constant(0.5),
        )
    }
}

/// For f64 lanes.
pub mod double {
    use crate::arith::Lanes;
    use crate::math::exp::double::EXP;
    use crate::math::log::double::LOG;

    /// Largest error measured of `sinh`, in ulp.
    pub const SINH_ULP: f64 = 0.72;

    #[inline(always)]
    pub(in crate::math) fn sinh<V: Lanes<Scalar = f64>>(x: V) -> V {
        super::sinh(x, &EXP)
    }

    /// Largest error measured of `cosh`, in ulp.
    pub const COSH_ULP: f64 = 0.6;

    #[inline(always)]
    pub(in crate::math) fn cosh<V: Lanes<Scalar = f64>>(x: V) -> V {
        super::cosh(x, &EXP)
    }

    /// Largest error measured of `tanh`, in ulp.
    pub const TANH_ULP: f64 = 0.72;

    #[inline(always)]
    pub(in crate::math) fn tanh<V: Lanes<Scalar = f64>>(x: V) -> V {
        super::tanh(x, &EXP)
    }

    /// Largest error measured of `asinh`, in ulp.
    pub const ASINH_ULP: f64 = 0.82;

    #[inline(always)]
    pub(in crate::math) fn asinh<V: Lanes<Scalar = f64>>(x: V) -> V {
        super::asinh(x, &LOG)
    }

    /// Largest error measured of `acosh`, in ulp.
    pub const ACOSH_ULP: f64 = 0.75;

    #[inline(always)]
    pub(in crate::math) fn acosh<V: Lanes<Scalar = f64>>(x: V) -> V {
        super::acosh(x, &LOG)
    }

    /// Largest error measured of `atanh`, in ulp.
    pub const ATANH_ULP: f64 = 0.84;

    #[inline(always)]
    pub(in crate::math) fn atanh<V: Lanes<Scalar = f64>>(x: V) -> V {
        super::atanh(x, &LOG)
    }
}
