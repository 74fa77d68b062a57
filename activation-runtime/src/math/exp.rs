//! Exponentials.
//!
//! x = n·ln 2 + r with n integral and |r| ≤ ln 2 / 2, so eˣ = 2ⁿ·eʳ, and eʳ is a polynomial. The product n·ln 2
//! is subtracted in two pieces (Cody and Waite): the first has so many zeros at its end that it loses nothing.

use super::double_word::{fast_two_sum, two_product};
use super::polynomial::horner;
use crate::arith::Lanes;

/// What depends on the width of the floats.
pub(super) struct Constants<const N: usize, const M: usize> {
    /// ln 2, in a piece of few bits and the rest.
    ln2: [f64; 2],
    /// Below, eˣ is 0; above, it is ∞.
    pub(super) range: [f64; 2],
    /// Below, eˣ − 1 is −1 and (1 − eˣ)/(1 + eˣ) is 1.
    pub(super) saturated: f64,
    /// Below, 2ˣ is 0; above, it is ∞.
    range_exp2: [f64; 2],
    /// eʳ = 1 + r·p(r).
    exp: [f64; N],
    /// eʳ = 1 + r + r²·q(r), as accurate a fraction of eʳ − 1 as of eʳ.
    exp_m1: [f64; M],
    /// Whether what the argument of `exp_m1` loses in rounding is made good by the slope there.
    refine: bool,
    /// 2ʳ = 1 + r·p(r) on |r| ≤ 1/2.
    exp2: [f64; N],
}

/// eˣ = 2ⁿ·(1 + r + low + square·curve), where r is exact and the rest small beside it.
#[derive(Clone, Copy)]
pub(super) struct Reduced<V> {
    pub(super) n: V,
    pub(super) r: V,
    low: V,
    square: V,
    curve: V,
}

impl<V: Lanes> Reduced<V> {
    /// e^(x − n·ln 2) − 1 − r.
    #[inline(always)]
    pub(super) fn tail(&self) -> V {
        self.square.mul_add(self.curve, self.low)
    }

    /// The same and `more`, which costs no rounding of its own size.
    #[inline(always)]
    pub(super) fn tail_and(&self, more: V) -> V {
        self.square.mul_add(self.curve, self.low + more)
    }
}

impl<const N: usize, const M: usize> Constants<N, M> {
    /// x, at least `low`; NaN stays.
    #[inline(always)]
    fn at_least<V: Lanes>(x: V, low: f64) -> V {
        x.at_least(low)
    }

    /// x, at most `high`; NaN stays.
    #[inline(always)]
    fn at_most<V: Lanes>(x: V, high: f64) -> V {
        x.at_most(high)
    }

    #[inline(always)]
    fn multiple_of_ln2<V: Lanes>(x: V) -> V {
        (x * x.constant(core::f64::consts::LOG2_E)).round_ties_even()
    }

    #[inline(always)]
    pub(super) fn exp<V: Lanes>(&self, x: V) -> V {
        let x = Self::at_most(Self::at_least(x, self.range[0]), self.range[1]);
        let n = Self::multiple_of_ln2(x);
        let r = n.mul_add(x.constant(-self.ln2[0]), x);
        let r = n.mul_add(x.constant(-self.ln2[1]), r);
        one_plus(r, horner(r, &self.exp)).scale_by_power_of_two(n)
    }

    #[inline(always)]
    pub(super) fn exp2<V: Lanes>(&self, x: V) -> V {
        let x = Self::at_most(Self::at_least(x, self.range_exp2[0]), self.range_exp2[1]);
        let n = x.round_ties_even();
        self.exp2_near(x - n).scale_by_power_of_two(n)
    }

    /// 2ʳ for |r| ≤ 1/2.
    #[inline(always)]
    pub(super) fn exp2_near<V: Lanes>(&self, r: V) -> V {
        one_plus(r, horner(r, &self.exp2))
    }

    /// e^(x + `more`), where `more` is less than an ulp of x.
    #[inline(always)]
    pub(super) fn exp_of_sum<V: Lanes>(&self, x: V, more: V) -> V {
        let x = Self::at_most(Self::at_least(x, self.range[0]), self.range[1]);
        let reduced = self.reduce_sum(x, more);
        let (high, low) = fast_two_sum(x.constant(1.0), reduced.r);
        (high + reduced.tail_and(low)).scale_by_power_of_two(reduced.n)
    }

    /// The parts of eˣ, for `range[0] ≤ x ≤ range[1]`.
    #[inline(always)]
    pub(super) fn reduce<V: Lanes>(&self, x: V) -> Reduced<V> {
        self.reduce_sum(x, x.constant(0.0))
    }

    #[inline(always)]
    fn reduce_sum<V: Lanes>(&self, x: V, more: V) -> Reduced<V> {
        let n = Self::multiple_of_ln2(x);
        let r = n.mul_add(x.constant(-self.ln2[0]), x);
        let mut low = n.mul_add(x.constant(-self.ln2[1]), more);
        let sum = r + low;
        if self.refine || !x.fused() {
            let lost = (r - sum) + low;
            low = lost.mul_add(sum, low);
        }
        Reduced { n, r, low, square: sum * sum, curve: horner(sum, &self.exp_m1) }
    }

    /// eˣ − 1 = 2ⁿ·((1 − 2⁻ⁿ) + r + tail). The sums before the tail keep what they round off.
    #[inline(always)]
    pub(super) fn exp_m1<V: Lanes>(&self, x: V) -> V {
        let bounded = Self::at_most(Self::at_least(x, self.saturated), self.range[1]);
        let reduced @ Reduced { n, r, .. } = self.reduce(bounded);
        let one = x.constant(1.0);
        let (offset, lost) = fast_two_sum(one, -one.scale_by_power_of_two(-n));
        let (high, low) = fast_two_sum(offset, r);
        (high + reduced.tail_and(low + lost)).scale_by_power_of_two(n).copysign(x)
    }
}

/// 1 + a·b, rounded once also where there is no FMA.
#[inline(always)]
fn one_plus<V: Lanes>(a: V, b: V) -> V {
    let one = a.constant(1.0);
    if a.fused() {
        return a.mul_add(b, one);
    }
    let (product, lost_in_product) = two_product(a, b);
    let (sum, lost_in_sum) = fast_two_sum(one, product);
    sum + (lost_in_sum + lost_in_product)
}

/// For f32 lanes.
pub mod single {
    use core::f64::consts::LN_2;

    use super::Constants;
    use crate::arith::Lanes;

    /// Coefficients by Sollya: `fpminimax((exp(x)-1)/x, 5, [|SG...|], [-0.34675; 0.34675], absolute)`, error
    /// 2^−27.2; `fpminimax((expm1(x)-x)/x^2, 5, …)`, 2^−30.4 of expm1; `fpminimax((2^x-1)/x, 5, …, [-0.5; 0.5])`,
    /// 2^−27.3.
    pub(in crate::math) const EXP: Constants<6, 6> = Constants {
        ln2: [0.693145751953125, 1.428606765330187e-6],
        range: [-104.0, 89.0],
        saturated: -20.0,
        range_exp2: [-151.0, 129.0],
        exp: [
            1.0,
            0.5,
            0.1666654050350189208984375,
            4.1666455566883087158203125e-2,
            8.36682878434658050537109375e-3,
            1.39358290471136569976806640625e-3,
        ],
        exp_m1: [
            0.5,
            0.16666667163372039794921875,
            4.1666507720947265625e-2,
            8.333177305757999420166015625e-3,
            1.393086859025061130523681640625e-3,
            1.997229992412030696868896484375e-4,
        ],
        refine: false,
        exp2: [
            LN_2,
            0.2402265071868896484375,
            5.5503658950328826904296875e-2,
            9.6180774271488189697265625e-3,
            1.338806934654712677001953125e-3,
            1.54564288095571100711822509765625e-4,
        ],
    };

    /// Largest error measured of `exp`, in ulp.
    pub const EXP_ULP: f64 = 0.95;

    #[inline(always)]
    pub(in crate::math) fn exp<V: Lanes<Scalar = f32>>(x: V) -> V {
        EXP.exp(x)
    }

    /// Largest error measured of `exp2`, in ulp.
    pub const EXP2_ULP: f64 = 0.91;

    #[inline(always)]
    pub(in crate::math) fn exp2<V: Lanes<Scalar = f32>>(x: V) -> V {
        EXP.exp2(x)
    }

    /// Largest error measured of `exp_m1`, in ulp.
    pub const EXP_M1_ULP: f64 = 0.98;

    #[inline(always)]
    pub(in crate::math) fn exp_m1<V: Lanes<Scalar = f32>>(x: V) -> V {
        EXP.exp_m1(x)
    }
}

/// For f64 lanes.
pub mod double {
    use core::f64::consts::LN_2;

    use super::Constants;
    use crate::arith::Lanes;

    /// Coefficients by Sollya, as above with the degrees 11, 10, 11 and doubles; errors 2^−62.8, 2^−60.7 of
    /// expm1, 2^−59.3.
    pub(in crate::math) const EXP: Constants<12, 11> = Constants {
        ln2: [0.693147180560117703862488269805908203125, -1.7239444525614835e-13],
        range: [-746.0, 710.0],
        saturated: -40.0,
        range_exp2: [-1076.0, 1025.0],
        exp: [
            1.0,
            0.5,
            0.16666666666666676844,
            4.1666666666666685170e-2,
            8.3333333333214399535e-3,
            1.3888888888872990678e-3,
            1.9841269886985763027e-4,
            2.4801587350264919627e-5,
            2.7557243778420254214e-6,
            2.7557250597500946754e-7,
            2.5109181656525048044e-8,
            2.0922220531044657805e-9,
        ],
        exp_m1: [
            0.5,
            0.16666666666666671293,
            4.1666666666666678231e-2,
            8.3333333333258843151e-3,
            1.3888888888876976205e-3,
            1.9841269875470464115e-4,
            2.4801587342457708532e-5,
            2.7557254736063998964e-6,
            2.7557256960490103568e-7,
            2.5105450976377009106e-8,
            2.0920368157957445679e-9,
        ],
        refine: true,
        exp2: [
            LN_2,
            0.24022650695910072183,
            5.5504108664823470498e-2,
            9.6181291076279477881e-3,
            1.3333558145993411499e-3,
            1.5403530394342634740e-4,
            1.5252734219273967111e-5,
            1.3215486031342328976e-6,
            1.0177905984831154677e-7,
            7.0551799473071081556e-9,
            4.4777981237283852813e-10,
            2.5346698406246973518e-11,
        ],
    };

    /// For results that are rounded to f32: as above with the degrees 8, 7, 8; errors 2^−44.6, 2^−42.3, 2^−44.6.
    pub(in crate::math) const SHORT: Constants<9, 8> = Constants {
        ln2: EXP.ln2,
        range: EXP.range,
        saturated: EXP.saturated,
        range_exp2: EXP.range_exp2,
        exp: [
            1.0000000000000024,
            0.4999999999979708,
            0.16666666666582874,
            0.04166666689166408,
            0.00833333338098621,
            0.0013888821537081067,
            0.00019841172410924916,
            2.487624172500537e-05,
            2.7640237800172185e-06,
        ],
        exp_m1: [
            0.49999999999954914,
            0.16666666666633875,
            0.041666666786645885,
            0.008333333363329141,
            0.0013888839005923254,
            0.0001984119274762838,
            2.4867939495341415e-05,
            2.763272046654519e-06,
        ],
        refine: false,
        exp2: [
            0.6931471805599471,
            0.24022650695812972,
            0.055504108664539996,
            0.00961812915940768,
            0.0013333558222970315,
            0.0001540345584837103,
            1.5252658776150756e-05,
            1.32552258100957e-06,
            1.020873029017879e-07,
        ],
    };

    /// Largest error measured of `exp`, in ulp.
    pub const EXP_ULP: f64 = 0.85;

    #[inline(always)]
    pub(in crate::math) fn exp<V: Lanes<Scalar = f64>>(x: V) -> V {
        EXP.exp(x)
    }

    /// Largest error measured of `exp2`, in ulp.
    pub const EXP2_ULP: f64 = 0.76;

    #[inline(always)]
    pub(in crate::math) fn exp2<V: Lanes<Scalar = f64>>(x: V) -> V {
        EXP.exp2(x)
    }

    /// Largest error measured of `exp_m1`, in ulp.
    pub const EXP_M1_ULP: f64 = 0.81;

    #[inline(always)]
    pub(in crate::math) fn exp_m1<V: Lanes<Scalar = f64>>(x: V) -> V {
        EXP.exp_m1(x)
    }
}
