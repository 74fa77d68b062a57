//! Logarithms.
//!
//! x = 2ᵏ·(1 + f) with 3/4 ≤ 1 + f < 3/2, so ln x = k·ln 2 + f + f²·p(f). Below 1, the first two terms cancel to
//! half their size: their sum keeps what it rounds off. ln 2 comes in two pieces, of which the first has so few
//! bits that its product with k is exact.

use super::double_word::{fast_two_sum, two_product};
use super::format::{Split, least_normal};
use super::polynomial::horner;
use crate::arith::{Format, Lanes};

/// What depends on the width of the floats.
pub(super) struct Constants<const N: usize> {
    /// ln 2, in a piece of few bits and the rest.
    pub(super) ln2: [f64; 2],
    /// log₁₀ 2, likewise.
    log10_2: [f64; 2],
    /// log₂ e, rounded and the rest.
    log2_e: [f64; 2],
    /// log₁₀ e, likewise.
    log10_e: [f64; 2],
    /// ln(1 + f) = f + f²·p(f), where p(0) is −1/2.
    ln_1p: [f64; N],
}

impl<const N: usize> Constants<N> {
    /// k·ln 2 + ln(1 + f) + `more`, which is a small correction.
    #[inline(always)]
    fn sum<V: Lanes>(&self, k: V, f: V, more: V) -> V {
        let (high, low) = fast_two_sum(k * k.constant(self.ln2[0]), f);
        let low = k.mul_add(k.constant(self.ln2[1]), low + more);
        self.sum_with(high, f, low)
    }

    /// `high` + ln(1 + f) − f + `low`, where `high` is at least f.
    #[inline(always)]
    pub(super) fn sum_with<V: Lanes>(&self, high: V, f: V, low: V) -> V {
        if f.fused() {
            return high + (f * f).mul_add(horner(f, &self.ln_1p), low);
        }
        // With more roundings on the way, −f²/2 is added exactly.
        let (square, lost) = two_product(f, f);
        let (high, lost_too) = fast_two_sum(high, square * f.constant(-0.5));
        let low = (lost_too - lost * f.constant(0.5)) + low;
        high + ((square * f) * horner(f, &self.ln_1p[1..]) + low)
    }

    /// The same to another base b, given the logarithms of 2 and e to it. As each piece is multiplied, −f²/2 needs care too.
    #[inline(always)]
    fn sum_to_base<V: Lanes>(&self, k: V, f: V, two: [f64; 2], e: [f64; 2]) -> V {
        let minus_half = f.constant(-0.5);
        let (square, lost_in_square) = two_product(f, f);
        let (first, lost_in_first) = fast_two_sum(f, square * minus_half);
        let rest = lost_in_square.mul_add(minus_half, lost_in_first);
        let rest = (square * f).mul_add(horner(f, &self.ln_1p[1..]), rest);

        let (product, lost_in_product) = two_product(first, f.constant(e[0]));
        let (high, low) = fast_two_sum(k * k.constant(two[0]), product);
        let low = k.mul_add(k.constant(two[1]), low + first.mul_add(f.constant(e[1]), lost_in_product));
        high + rest.mul_add(f.constant(e[0]), low)
    }

    #[inline(always)]
    pub(super) fn ln<V: Lanes>(&self, x: V) -> V {
        logarithm(
            x,
            #[inline(always)]
            |k, f| self.sum(k, f, x.constant(0.0)),
        )
    }

    #[inline(always)]
    fn log2<V: Lanes>(&self, x: V) -> V {
        logarithm(
            x,
            #[inline(always)]
            |k, f| self.sum_to_base(k, f, [1.0, 0.0], self.log2_e),
        )
    }

    #[inline(always)]
    fn log10<V: Lanes>(&self, x: V) -> V {
        logarithm(
            x,
            #[inline(always)]
            |k, f| self.sum_to_base(k, f, self.log10_2, self.log10_e),
        )
    }

    #[inline(always)]
    pub(super) fn ln_1p<V: Lanes>(&self, x: V) -> V {
        self.ln_1p_of_sum(x, None, x.constant(0.0))
    }

    /// ln(1 + x + `more`) + k·ln 2, where `more` is less than an ulp of 1 + x.
    #[inline(always)]
    pub(super) fn ln_1p_of_sum<V: Lanes>(&self, x: V, more: Option<V>, k: V) -> V {
        let one = x.constant(1.0);
        // From here on 1 + x rounds to x, and the inverse of its power of two may be subnormal.
        let huge = x.constant(0.125 / least_normal::<V>());
        let ordinary = x.gt(-one) & x.lt(huge);
        let (mut bounded, mut k) = (x, k);
        if V::any(!ordinary) {
            let step = x.constant(V::Scalar::SIGNIFICAND_BITS.into());
            bounded = V::select(x.ge(huge), x.scale_by_power_of_two(-step), x);
            k = V::select(x.ge(huge), k + step, k);
        }
        let split = Split::new(one + bounded);
        let inverse = split.inverse_power();
        let f = bounded.mul_add(inverse, inverse - one);
        let more = more.map_or(
            x.constant(0.0),
            #[inline(always)]
            |more| more * inverse / (one + f),
        );
        let mut y = self.sum(split.exponent() + k, f, more);
        if V::any(!ordinary) {
            y = V::select(x.lt(x.constant(f64::INFINITY)), y, x);
            y = V::select(x.eq(-one), x.constant(f64::NEG_INFINITY), y);
            y = V::select(x.lt(-one), x.constant(f64::NAN), y);
        }
        y.copysign(x)
    }
}

/// `sum(k, f)` for x = 2ᵏ·(1 + f): a logarithm of x, subnormals, zeros, infinities and negative x included.
#[inline(always)]
fn logarithm<V: Lanes>(x: V, sum: impl Fn(V, V) -> V) -> V {
    let (one, least, infinity) =
        (x.constant(1.0), x.constant(least_normal::<V>()), x.constant(f64::INFINITY));
    let ordinary = x.ge(least) & x.lt(infinity);
    let (mut normal, mut offset) = (x, x.constant(0.0));
    if V::any(!ordinary) {
        let step = x.constant(V::Scalar::SIGNIFICAND_BITS.into());
        normal = V::select(x.lt(least), x.scale_by_power_of_two(step), x);
        offset = V::select(x.lt(least), -step, offset);
    }
    let split = Split::new(normal);
    let mut y = sum(split.exponent() + offset, split.significand() - one);
    if V::any(!ordinary) {
        y = V::select(x.lt(infinity), y, x);
        y = V::select(x.eq(x.constant(0.0)), -infinity, y);
        y = V::select(x.lt(x.constant(0.0)), x.constant(f64::NAN), y);
    }
    y
}

/// For f32 lanes.
pub mod single {
    use super::Constants;
    use crate::arith::Lanes;

    /// Coefficients by Sollya: `fpminimax((log(1+x)-x)/x^2, 9, [|SG...|], [-0.25; 0.5], absolute)`,
    /// relative error 2^−28.5.
    pub(in crate::math) const LOG: Constants<10> = Constants {
        ln2: [0.693145751953125, 1.428606765330187e-6],
        log10_2: [0.301025390625, 4.605039066518657e-06],
        log2_e: [1.4426950216293335, 1.925963033500011e-08],
        log10_e: [0.4342944920063019, -1.0103049952192578e-08],
        ln_1p: [
            -0.5,
            0.333333313465118408203125,
            -0.2500011026859283447265625,
            0.20000313222408294677734375,
            -0.166584670543670654296875,
            0.14261747896671295166015625,
            -0.12662346661090850830078125,
            0.11758668720722198486328125,
            -9.5752514898777008056640625e-2,
            4.21318225562572479248046875e-2,
        ],
    };

    /// Largest error measured of `ln`, in ulp.
    pub const LN_ULP: f64 = 0.98;

    #[inline(always)]
    pub(in crate::math) fn ln<V: Lanes<Scalar = f32>>(x: V) -> V {
        LOG.ln(x)
    }

    /// Largest error measured of `ln_1p`, in ulp.
    pub const LN_1P_ULP: f64 = 0.98;

    #[inline(always)]
    pub(in crate::math) fn ln_1p<V: Lanes<Scalar = f32>>(x: V) -> V {
        LOG.ln_1p(x)
    }

    /// Largest error measured of `log2`, in ulp.
    pub const LOG2_ULP: f64 = 0.86;

    #[inline(always)]
    pub(in crate::math) fn log2<V: Lanes<Scalar = f32>>(x: V) -> V {
        LOG.log2(x)
    }

    /// Largest error measured of `log10`, in ulp.
    pub const LOG10_ULP: f64 = 0.84;

    #[inline(always)]
    pub(in crate::math) fn log10<V: Lanes<Scalar = f32>>(x: V) -> V {
        LOG.log10(x)
    }
}
/// For f64 lanes.
pub mod double {
    use core::f64::consts::{LOG2_E, LOG10_E};

    use super::Constants;
    use crate::arith::Lanes;

    /// Coefficients by Sollya, as above with the degree 20 and doubles; relative error 2^−57.6.
    pub(in crate::math) const LOG: Constants<21> = Constants {
        ln2: [0.693147180560117703862488269805908203125, -1.7239444525614835e-13],
        log10_2: [0.3010299956640665, -8.532344317057107e-14],
        log2_e: [LOG2_E, 2.0355273740931033e-17],
        log10_e: [LOG10_E, 1.098319650216765e-17],
        ln_1p: [
            -0.5,
            0.3333333333333329,
            -0.2500000000000043,
            0.20000000000023996,
            -0.16666666666546,
            0.14285714281384884,
            -0.12500000008308054,
            0.11111111470555955,
            -0.10000000084706191,
            0.09090893395813852,
            -0.08333303263936376,
            0.07692670373809106,
            -0.0714414808319157,
            0.06663011660668496,
            -0.062259102015543424,
            0.05874953222882406,
            -0.05744224331396704,
            0.056865882004148056,
            -0.048853368206423685,
            0.028606001698852024,
            -0.007935830347178131,
        ],
    };

    /// For results that are rounded to f32: as above with the degree 14, error 2^−41.9.
    pub(in crate::math) const SHORT: Constants<15> = Constants {
        ln2: LOG.ln2,
        log10_2: LOG.log10_2,
        log2_e: LOG.log2_e,
        log10_e: LOG.log10_e,
        ln_1p: [
            -0.49999999999960654,
            0.3333333333344195,
            -0.2500000003575366,
            0.20000000005419896,
            -0.16666661361291427,
            0.1428570588248163,
            -0.12500285224057178,
            0.11111915516790467,
            -0.0999359799431188,
            0.0906337703104187,
            -0.0837607917567778,
            0.08070283164623428,
            -0.07539077825006445,
            0.0530271133113278,
            -0.018382857184360595,
        ],
    };

    /// Largest error measured of `ln`, in ulp.
    pub const LN_ULP: f64 = 0.83;

    #[inline(always)]
    pub(in crate::math) fn ln<V: Lanes<Scalar = f64>>(x: V) -> V {
        LOG.ln(x)
    }

    /// Largest error measured of `ln_1p`, in ulp.
    pub const LN_1P_ULP: f64 = 0.86;

    #[inline(always)]
    pub(in crate::math) fn ln_1p<V: Lanes<Scalar = f64>>(x: V) -> V {
        LOG.ln_1p(x)
    }

    /// Largest error measured of `log2`, in ulp.
    pub const LOG2_ULP: f64 = 0.72;

    #[inline(always)]
    pub(in crate::math) fn log2<V: Lanes<Scalar = f64>>(x: V) -> V {
        LOG.log2(x)
    }

    /// Largest error measured of `log10`, in ulp.
    pub const LOG10_ULP: f64 = 0.64;

    #[inline(always)]
    pub(in crate::math) fn log10<V: Lanes<Scalar = f64>>(x: V) -> V {
        LOG.log10(x)
    }
}
