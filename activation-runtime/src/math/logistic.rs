//! The logistic function and its integral.
//!
//! Both come from e = e^−|x|, which never overflows, in two words: high + low, times a power of two.

use super::double_word::{fast_two_sum, quotient};
use super::format::power_of_two;
use super::{exp, log};
use crate::arith::{Format, Lanes};

/// e^−|x|·2^LIFT = (high + low)·power, where the power of two is normal even if e^−|x| isn't.
#[derive(Clone, Copy)]
struct Tail<V> {
    high: V,
    low: V,
    power: V,
}

impl<V: Lanes> Tail<V> {
    const LIFT: i32 = V::Scalar::SIGNIFICAND_BITS as i32 + 1;
    /// 2^−LIFT.
    const LOWER: f64 = 0.5 / (1u64 << V::Scalar::SIGNIFICAND_BITS) as f64;

    #[inline(always)]
    fn new<const N: usize, const M: usize>(x: V, exp: &exp::Constants<N, M>) -> Self {
        let x = -x.abs();
        let least = x.constant(exp.range[0]);
        let reduced = exp.reduce(V::select(x.lt(least), least, x));
        let (high, low) = fast_two_sum(x.constant(1.0), reduced.r);
        let (high, low) = fast_two_sum(high, reduced.tail_and(low));
        Self { high, low, power: power_of_two(reduced.n, Self::LIFT) }
    }
}

/// 1/(1 + e) for x ≥ 0, else e/(1 + e), where e is put to its scale last, as it may be subnormal.
#[inline(always)]
fn sigmoid<V: Lanes, const N: usize, const M: usize>(x: V, exp: &exp::Constants<N, M>) -> V {
    let Tail { high, low, power } = Tail::new(x, exp);
    let (zero, one, lower) = (x.constant(0.0), x.constant(1.0), x.constant(Tail::<V>::LOWER));
    let scale = power * lower;
    let (below, lost) = fast_two_sum(one, scale * high);
    let negative = x.lt(zero);
    let above = (V::select(negative, high, one), V::select(negative, low, zero));
    let (high, low) = quotient(above, (below, scale.mul_add(low, lost)));
    (high + low) * V::select(negative, power, one / lower) * lower
}

/// max(x, 0) + ln(1 + e). For e above 1/2 the logarithm is ln 2 + ln(1 + f) with f = (e − 1)/2, else f = e.
#[inline(always)]
fn softplus<V: Lanes, const N: usize, const M: usize, const L: usize>(
    x: V,
    exp: &exp::Constants<N, M>,
    log: &log::Constants<L>,
) -> V {
    let Tail { high, low, power } = Tail::new(x, exp);
    let (zero, half, lower) = (x.constant(0.0), x.constant(0.5), x.constant(Tail::<V>::LOWER));
    let e = high * power * lower;
    // 1/(1 + e) to a few per cent.
    let slope = e.mul_add(x.constant(-0.5), x.constant(0.957));
    let rest = low * power * lower * slope;
    let large = e.gt(half);
    let f = V::select(large, e.mul_add(half, -half), e);
    let [ln2, ln2_low] = log.ln2.map(
        #[inline(always)]
        |part| V::select(large, x.constant(part), zero),
    );
    let (sum, lost) = fast_two_sum(ln2, V::select(x.gt(zero), x, zero));
    let (sum, lost_too) = fast_two_sum(sum, f);
    let y = log.sum_with(sum, f, (ln2_low + rest) + (lost + lost_too));
    V::select(x.lt(x.constant(f64::INFINITY)), y, x)
}

/// For f32 lanes.
pub mod single {
    use crate::arith::Lanes;
    use crate::math::exp::single::EXP;
    use crate::math::log::single::LOG;

    /// Largest error measured of `sigmoid`, in ulp.
    pub const SIGMOID_ULP: f64 = 0.77;

    #[inline(always)]
    pub(in crate::math) fn sigmoid<V: Lanes<Scalar = f32>>(x: V) -> V {
        super::sigmoid(x, &EXP)
    }

    /// Largest error measured of `softplus`, in ulp.
    pub const SOFTPLUS_ULP: f64 = 0.89;

    #[inline(always)]
    pub(in crate::math) fn softplus<V: Lanes<Scalar = f32>>(x: V) -> V {
        super::softplus(x, &EXP, &LOG)
    }
}
/// For f64 lanes.
pub mod double {
    use crate::arith::Lanes;
    use crate::math::exp::double::EXP;
    use crate::math::log::double::LOG;

    /// Largest error measured of `sigmoid`, in ulp.
    pub const SIGMOID_ULP: f64 = 0.72;

    #[inline(always)]
    pub(in crate::math) fn sigmoid<V: Lanes<Scalar = f64>>(x: V) -> V {
        super::sigmoid(x, &EXP)
    }

    /// Largest error measured of `softplus`, in ulp.
    pub const SOFTPLUS_ULP: f64 = 0.86;

    #[inline(always)]
    pub(in crate::math) fn softplus<V: Lanes<Scalar = f64>>(x: V) -> V {
        super::softplus(x, &EXP, &LOG)
    }
}
