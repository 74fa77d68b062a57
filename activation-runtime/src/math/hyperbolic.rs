//! Hyperbolic functions and their inverses.
//!
//! With u = |x| and e²ᵘ or eᵘ in two words, each is a quotient that loses nothing near 0 or far out. The sign of
//! x comes last. f32 lanes read tanh off a table of polynomials and compute the others in f64, by shorter polynomials
//! and without the second word.

use super::double_word::{fast_two_sum, quotient, two_product, two_sum};
use super::exp::{Constants as Exp, Reduced};
use super::format::power_of_two;
use super::log::Constants as Log;
use crate::arith::Lanes;

/// (1 − e)/(1 + e) with e = e^−2u = 2ⁿ(1 + r + tail), from e − 1 = (2ⁿ − 1) + 2ⁿ·r + 2ⁿ·tail.
#[inline(always)]
fn tanh<V: Lanes<Scalar = f64>, const N: usize, const M: usize>(x: V, exp: &Exp<N, M>) -> V {
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

    /// From here on tanh rounds to 1.
    const SATURATED: f64 = 9.02;

    /// Sixteen intervals of |x|, four to each octave of |x| + 5/8; so the exponent and the first two bits of |x| + 5/8
    /// number them. Around the fifth and later [`CENTRE`]s c, tanh(c + d) is `VALUE` + d·(c₁ + c₂d + … + c₆d⁵); the
    /// centres were chosen so that their tanh is within 2^-11 ulp of an f32. In the first four, where relative accuracy
    /// asks for it, tanh(d) = d + d·(c₂d² + … + c₆d¹⁰).
    ///
    /// Coefficients by Sollya: `fpminimax(tanh(c+x) - value, [|1,2,3,4,5,6|], [|SG...|], interval, absolute)` and
    /// `fpminimax(tanh(x)/x - 1, [|2,4,6,8,10|], [|SG...|], interval, absolute)`.
    const INTERVAL_OFFSET: f64 = 0.625;
    #[rustfmt::skip]
    const CENTRE: [f32; 16] = [
        1.6336414, 2.1300879, 2.6120908, 3.113354, 3.8926938, 4.8380356, 5.8839955, 6.845546,
        8.317703, 0.0, 0.0, 0.0, 0.0, 0.7563433, 1.0146922, 1.2541523,
    ];
    #[rustfmt::skip]
    const VALUE: [f32; 16] = [
        0.9265784, 0.97215354, 0.98928815, 0.9960559, 0.9991688, 0.9998745, 0.9999845, 0.99999774,
        0.9999999, 0.0, 0.0, 0.0, 0.0, 0.63891804, 0.7676958, 0.8494439,
    ];
    #[rustfmt::skip]
    const COEFFICIENTS: [[f32; 16]; 6] = [
        [
            0.1414524, 0.054917477, 0.021308957, 0.007872644, 0.0016617128, 0.00025104327, 3.09947e-05, 4.5300267e-06,
            2.387249e-07, 0.0, 0.0, 0.0, 0.0, 0.59178376, 0.4106432, 0.27844504,
        ],
        [
            -0.13106652, -0.053388197, -0.021080688, -0.007841587, -0.0016603713, -0.00025099667, -3.0994303e-05, -4.5298316e-06,
            -2.3839588e-07, -0.33333334, -0.33333334, -0.3333333, -0.333331, -0.3781013, -0.31524897, -0.23652343,
        ],
        [
            0.074301735, 0.033596817, 0.013751554, 0.0051862034, 0.0011039877, 0.00016714554, 2.0641595e-05, 3.0171693e-06,
            1.5645483e-07, 0.13333839, 0.13333446, 0.1333322, 0.13328357, 0.0443063, 0.105131865, 0.108099855,
        ],
        [
            -0.025167929, -0.014866408, -0.006578269, -0.002552434, -0.00054949685, -8.376017e-05, -1.0315471e-05, -1.5117524e-06,
            -7.964807e-08, -0.054828532, -0.054012172, -0.053942624, -0.053555183, 0.097719826, 0.024356453, -0.012984028,
        ],
        [
            0.0013823315, 0.004438165, 0.0024076623, 0.0009962564, 0.00022741198, 3.4703e-05, 4.301297e-06, 6.2786245e-07,
            3.7096402e-08, 0.081785, 0.022576401, 0.02158661, 0.020170445, -0.06330718, -0.044458296, -0.018966412,
        ],
        [
            0.00422494, -0.0005329426, -0.000637999, -0.00030426323, -7.704777e-05, -1.0761907e-05, -1.4528044e-06, -1.9810508e-07,
            -1.1123158e-08, -1.4809664, -0.0126714865, -0.0073105628, -0.005275302, -0.0002353192, 0.01984897, 0.015119177,
        ],
    ];

    /// Largest error measured of `tanh`, in ulp.
    pub const TANH_ULP: f64 = 0.71;

    #[inline(always)]
    pub(in crate::math) fn tanh<V: Lanes<Scalar = f32>>(x: V) -> V {
        let size = x.abs().at_most(SATURATED);
        let interval = (size + x.constant(INTERVAL_OFFSET)).to_bits() >> 21;
        let centre = x.lookup(interval, &CENTRE);
        let distance = size - centre;
        let near_zero = centre.eq(x.constant(0.0));
        let value = V::select(near_zero, distance, x.lookup(interval, &VALUE));
        let argument = V::select(near_zero, distance * distance, distance);
        let mut slope = x.lookup(interval, &COEFFICIENTS[5]);
        for coefficients in COEFFICIENTS[..5].iter().rev() {
            slope = slope.mul_add(argument, x.lookup(interval, coefficients));
        }
        slope.mul_add(distance, value).copysign(x)
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
