//! Sine, cosine, tangent.
//!
//! The argument is brought near 0 by subtracting multiples of π/2 or π, in [`reduction`](super::reduction) if
//! it is large; polynomials do the rest. f32 lanes compute in f64.

use crate::arith::Lanes;

/// The mask that is set where `turns` is odd, counted in its lowest bit.
#[inline(always)]
fn is_odd<V: Lanes>(turns: V) -> V::Mask {
    let one = turns.constant(1.0);
    flip_sign(one, turns).lt(turns.constant(0.0))
}

/// ±x: the lowest bit of `turns` becomes the sign.
#[inline(always)]
fn flip_sign<V: Lanes>(x: V, turns: V) -> V {
    x.from_bits(x.to_bits() ^ (turns.to_bits() << (8 * size_of::<V::Scalar>() as u32 - 1)))
}

/// For f32 lanes.
pub mod single {
    use super::super::polynomial::horner;
    use super::super::reduction::{LARGE, ROUND, Reduced, reduce};
    use super::{flip_sign, is_odd};
    use crate::arith::{Arith, Lanes};

    /// sin x / x in x²: Sollya `fpminimax(sin(x), [|1,3,5,7,9,11|], [|D...|], [0;pi/2], relative)`, error 2^-35.4.
    const SIN: [f64; 6] = [
        0.999999999978849,
        -0.16666666608826103,
        0.008333330720558455,
        -0.00019840832823326234,
        2.752397107716808e-06,
        -2.386834655757896e-08,
    ];

    /// The same as far as π/4: `fpminimax(sin(x), [|1,3,5,7,9|], [|D...|], [0;pi/4], relative)`, error 2^-37.6.
    const SIN_QUARTER: [f64; 5] = [
        0.9999999999953916,
        -0.16666666630073396,
        0.008333328654432481,
        -0.00019839167665788363,
        2.7170546324020276e-06,
    ];

    /// cos x in x²: `fpminimax(cos(x), [|0,2,4,6,8|], [|D...|], [0;pi/4], relative)`, error 2^-34.0.
    const COS_QUARTER: [f64; 5] = [
        0.9999999999431948,
        -0.4999999956705626,
        0.041666612815301825,
        -0.0013886516908147093,
        2.4371574018043717e-05,
    ];

    /// 33 leading bits of π, and the rest.
    const PI: [f64; 2] = [3.1415926534682512, 1.2154201013012384e-10];

    /// sin(r), of either sign, from r = x − (n − shift)·π with n the nearest integer.
    #[inline(always)]
    fn sin_moderate<V: Lanes<Scalar = f64>>(x: V, shift: f64) -> V {
        let (shift, round) = (x.constant(shift), x.constant(ROUND));
        let turns = x * x.constant(core::f64::consts::FRAC_1_PI) + shift + round;
        let n = turns - round - shift;
        let r = (-n).mul_add(x.constant(PI[1]), (-n).mul_add(x.constant(PI[0]), x));
        flip_sign(r * horner(r * r, &SIN), turns)
    }

    /// The sine of |x| and `quarters` more quarter turns.
    #[inline(always)]
    fn sin_large<V: Lanes<Scalar = f64>>(x: V, quarters: f64) -> V {
        let Reduced { high, turns, .. } = reduce(x.abs());
        let turns = turns + x.constant(quarters);
        let r = V::select(is_odd(turns), x.constant(core::f64::consts::FRAC_PI_2) - high.abs(), high);
        flip_sign(r * horner(r * r, &SIN), turns.from_bits(turns.to_bits() >> 1))
    }

    /// Largest error of sin, in ulp.
    pub const SIN_ULP: f64 = 0.501;

    #[inline(always)]
    pub(in crate::math) fn sin<V: Lanes<Scalar = f32>>(x: V) -> V {
        let [moderate] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| [sin_moderate(x, 0.0)],
        );
        let large = x.abs().gt(x.constant(LARGE));
        if !V::any(large) {
            return moderate;
        }
        let [sin] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| [sin_large(x, 0.0)],
        );
        let negative = x.lt(x.constant(0.0));
        V::select(large, V::select(negative, -sin, sin), moderate)
    }

    /// Largest error of cos, in ulp.
    pub const COS_ULP: f64 = 0.501;

    #[inline(always)]
    pub(in crate::math) fn cos<V: Lanes<Scalar = f32>>(x: V) -> V {
        let [moderate] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| [sin_moderate(x, 0.5)],
        );
        let large = x.abs().gt(x.constant(LARGE));
        if !V::any(large) {
            return moderate;
        }
        let [cos] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| [sin_large(x, 1.0)],
        );
        V::select(large, cos, moderate)
    }

    /// Largest error of tan, in ulp.
    pub const TAN_ULP: f64 = 0.501;

    #[inline(always)]
    pub(in crate::math) fn tan<V: Lanes<Scalar = f32>>(x: V) -> V {
        let [tan] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| {
                let Reduced { high: r, turns, .. } = reduce(x.abs());
                let square = r * r;
                let (sin, cos) = (r * horner(square, &SIN_QUARTER), horner(square, &COS_QUARTER));
                // tan(r + π/2) = −cos r / sin r.
                let odd = is_odd(turns);
                [V::Wide::select(odd, -cos, sin) / V::Wide::select(odd, sin, cos)]
            },
        );
        tan.from_bits(tan.to_bits() ^ (x.to_bits() & x.constant(-0.0).to_bits()))
    }
}

/// For f64 lanes.
pub mod double {
    use super::super::double_word::{fast_two_sum, two_product};
    use super::super::polynomial::horner;
    use super::super::reduction::{Reduced, reduce};
    use super::{flip_sign, is_odd};
    use crate::arith::Lanes;

    /// (sin x − x)/x³ in x²: Sollya
    /// `fpminimax(sin(x), [|3,5,7,9,11,13|], [|D...|], [0;pi/4], relative, x)`, error 2^-57.9 of sin x.
    const SIN: [f64; 6] = [
        -0.1666666666666663,
        0.00833333333332188,
        -0.00019841269829409578,
        2.755731356082872e-06,
        -2.5050738430210667e-08,
        1.5895693019602256e-10,
    ];

    /// (cos x − 1 + x²/2)/x⁴ in x²: `fpminimax(cos(x), [|4,6,8,10,12,14|], [|D...|], [0;pi/4], relative, 1-x^2/2)`,
    /// error 2^-63.9 of cos x.
    const COS: [f64; 6] = [
        0.041666666666666595,
        -0.0013888888888873307,
        2.4801587288963902e-05,
        -2.755731420218974e-07,
        2.0875702946283513e-09,
        -1.1358603330279392e-11,
    ];

    /// sin and cos of high + low, each as a number and a small correction.
    #[inline(always)]
    fn sin_cos<V: Lanes<Scalar = f64>>(high: V, low: V) -> [(V, V); 2] {
        let square = high * high;
        let (half, one) = (square * high.constant(0.5), high.constant(1.0));
        let sin_correction = high * square * horner(square, &SIN) + (low - low * half);
        let leading = one - half;
        let cos_correction = ((one - leading) - half) + (square * square * horner(square, &COS) - high * low);
        [(high, sin_correction), (leading, cos_correction)]
    }

    #[inline(always)]
    fn select_pair<V: Lanes>(mask: V::Mask, then: (V, V), otherwise: (V, V)) -> (V, V) {
        (V::select(mask, then.0, otherwise.0), V::select(mask, then.1, otherwise.1))
    }

    /// The sine of |x| and `quarters` more quarter turns.
    #[inline(always)]
    fn sin_shifted<V: Lanes<Scalar = f64>>(x: V, quarters: f64) -> V {
        let Reduced { high, low, turns } = reduce(x.abs());
        let turns = turns + x.constant(quarters);
        let [sin, cos] = sin_cos(high, low);
        let (leading, correction) = select_pair(is_odd(turns), cos, sin);
        flip_sign(leading + correction, turns.from_bits(turns.to_bits() >> 1))
    }

    /// ±y: the sign of x is added to that of y.
    #[inline(always)]
    fn odd<V: Lanes>(y: V, x: V) -> V {
        y.from_bits(y.to_bits() ^ (x.to_bits() & x.constant(-0.0).to_bits()))
    }

    /// Largest error of sin, in ulp.
    pub const SIN_ULP: f64 = 0.8;

    #[inline(always)]
    pub(in crate::math) fn sin<V: Lanes<Scalar = f64>>(x: V) -> V {
        odd(sin_shifted(x, 0.0), x)
    }

    /// Largest error of cos, in ulp.
    pub const COS_ULP: f64 = 0.8;

    #[inline(always)]
    pub(in crate::math) fn cos<V: Lanes<Scalar = f64>>(x: V) -> V {
        sin_shifted(x, 1.0)
    }

    /// Largest error of tan, in ulp.
    pub const TAN_ULP: f64 = 0.85;

    #[inline(always)]
    pub(in crate::math) fn tan<V: Lanes<Scalar = f64>>(x: V) -> V {
        let Reduced { high, low, turns } = reduce(x.abs());
        let [sin, cos] = sin_cos(high, low);
        let (sin, cos) = (fast_two_sum(sin.0, sin.1), fast_two_sum(cos.0, cos.1));
        // tan(r + π/2) = −cos r / sin r.
        let swap = is_odd(turns);
        let (over, under) = (select_pair(swap, (-cos.0, -cos.1), sin), select_pair(swap, sin, cos));
        let quotient = over.0 / under.0;
        let (product, error) = two_product(quotient, under.0);
        let remainder = ((over.0 - product) - error) + (over.1 - quotient * under.1);
        odd(quotient + remainder / under.0, x)
    }
}
