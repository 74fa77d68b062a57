//! The error function and its complement.
//!
//! In f32 both are read off tables of polynomials, erf itself and e^(x²)·erfc x, which varies slowly. In f64 erf is a
//! polynomial near 0 and 1 − erfc x elsewhere.

/// For f32 lanes.
pub mod single {
    use super::super::double_word::two_product;
    use super::super::polynomial::horner;
    use crate::arith::Lanes;

    /// From here on erf rounds to 1.
    const SATURATED: f64 = 3.92;

    /// Sixteen intervals of |x|, each 1/3.95 wide. Around the fourth and later [`CENTRE`]s c, erf(c + d) is
    /// `VALUE` + d·(c₁ + c₂d + … + c₅d⁴); the centres were chosen so that their erf is within 2^-10 ulp of an f32.
    /// In the first three, where relative accuracy asks for it, erf(d) = d + d·(c₁ + c₂d² + … + c₅d⁸).
    ///
    /// Coefficients by Sollya: `fpminimax(erf(c+x) - value, [|1,2,3,4,5|], [|SG...|], interval, absolute)`, error at
    /// most 2^-27.7, and `fpminimax(erf(x)/x - 1, [|0,2,4,6,8|], [|SG...|], interval, absolute)`, error 2^-30 on
    /// [0, 0.385] and 2^-29 on [0.376, 0.637].
    const INTERVALS_PER_UNIT: f64 = 3.95;
    #[rustfmt::skip]
    const CENTRE: [f32; 16] = [
        0.0, 0.0, 0.0, 0.7558899, 1.0207291, 1.2650299, 1.518898, 1.7719879,
        2.027626, 2.2796707, 2.531845, 2.784645, 3.036003, 3.2898636, 3.5445862, 3.832507,
    ];
    #[rustfmt::skip]
    const VALUE: [f32; 16] = [
        0.0, 0.0, 0.0, 0.7149257, 0.85112846, 0.9263888, 0.9682899, 0.9877884,
        0.99586266, 0.9987356, 0.99965715, 0.99991786, 0.9999824, 0.9999967, 0.99999946, 0.99999994,
    ];
    #[rustfmt::skip]
    const COEFFICIENTS: [[f32; 16]; 5] = [
        [
            0.12837917, 0.12837917, 0.12837839, 0.63725376, 0.39807868, 0.22774735, 0.1123351, 0.048842277,
            0.018490741, 0.0062441123, 0.0018557672, 0.00048398084, 0.00011205358, 2.249047e-05, 3.944025e-06, 4.7159617e-07,
        ],
        [
            -0.37612626, -0.37612626, -0.37611005, -0.48169082, -0.40633118, -0.2881096, -0.17062762, -0.08654883,
            -0.037492294, -0.014234202, -0.004698213, -0.0013475557, -0.0003401126, -7.396119e-05, -1.3969186e-05, -1.8073292e-06,
        ],
        [
            0.112833485, 0.112833485, 0.11270455, 0.030326841, 0.1438107, 0.16705643, 0.13533017, 0.08596204,
            0.04451727, 0.019551845, 0.0073118024, 0.002340448, 0.0006512196, 0.00015476535, 3.171773e-05, 4.424159e-06,
        ],
        [
            -0.026804904, -0.026804904, -0.026336243, 0.14852534, 0.06219149, -0.009148855, -0.04548361, -0.047130495,
            -0.032637037, -0.017607681, -0.007750309, -0.0028429313, -0.0008901608, -0.00023513247, -5.3187185e-05, -7.984697e-06,
        ],
        [
            0.0048504346, 0.0048504346, 0.0041840957, -0.054309603, -0.068371534, -0.044969782, -0.0127945645, 0.00756923,
            0.013031169, 0.010133884, 0.0056164023, 0.0024457031, 0.0008709357, 0.00025910794, 6.442834e-05, 1.3946913e-05,
        ],
    ];

    /// Largest error of erf, in ulp.
    pub const ERF_ULP: f64 = 0.8;

    #[inline(always)]
    pub(in crate::math) fn erf<V: Lanes<Scalar = f32>>(x: V) -> V {
        let saturated = x.constant(SATURATED);
        let size = V::select(x.abs().gt(saturated), saturated, x.abs());
        // Added to 1.5·2^23, the number of the interval stands in the lowest bits.
        let interval =
            size.mul_add(x.constant(INTERVALS_PER_UNIT), x.constant(1.5 * (1u64 << 23) as f64)).to_bits();
        let centre = x.lookup(interval, &CENTRE);
        let distance = size - centre;
        let near_zero = centre.eq(x.constant(0.0));
        let value = V::select(near_zero, distance, x.lookup(interval, &VALUE));
        let argument = V::select(near_zero, distance * distance, distance);
        let mut slope = x.lookup(interval, &COEFFICIENTS[4]);
        for coefficients in COEFFICIENTS[..4].iter().rev() {
            slope = slope.mul_add(argument, x.lookup(interval, coefficients));
        }
        slope.mul_add(distance, value).copysign(x)
    }

    /// Beyond it erfc vanishes.
    const VANISHED: f64 = 10.2;

    /// e^(x²)·erfc(x) on sixteen intervals, four to each octave of x + 3/4; so the exponent and the first two bits of
    /// x + 3/4 number them. Around a centre c, chosen so that the value there has twelve bits, it is
    /// `SCALED_VALUE` + d·(c₁ + c₂d + … + c₆d⁵). Coefficients by Sollya:
    /// `fpminimax(exp((c+x)^2)*erfc(c+x) - value, [|1,2,3,4,5,6|], [|SG...|], interval, absolute)`, relative error at
    /// most 2^-27.1.
    const INTERVAL_OFFSET: f64 = 0.75;
    #[rustfmt::skip]
    const SCALED_CENTRE: [f32; 16] = [
        1.5078079, 1.9877163, 2.5155568, 3.0268753, 3.7272604, 4.783996, 5.768028, 6.7672186,
        8.290749, 9.691957, 0.061635014, 0.18139596, 0.36602247, 0.63392323, 0.8664022, 1.1105293,
    ];
    #[rustfmt::skip]
    const SCALED_VALUE: [f32; 16] = [
        0.3203125, 0.25671387, 0.20965576, 0.17755127, 0.14642334, 0.11550903, 0.09640503, 0.08248901,
        0.06756592, 0.057907104, 0.93408203, 0.82421875, 0.69140625, 0.5529785, 0.46704102, 0.39916992,
    ];
    #[rustfmt::skip]
    const SCALED_COEFFICIENTS: [[f32; 16]; 6] = [
        [
            -0.16243978, -0.10783049, -0.07357721, -0.053528078, -0.036863357, -0.023189638, -0.016245393, -0.011936792,
            -0.00803509, -0.0059127817, -1.0132349, -0.82935923, -0.62223876, -0.4272873, -0.31908843, -0.24179937,
        ],
        [
            0.075384595, 0.04237729, 0.02456812, 0.015528417, 0.009024029, 0.0045699114, 0.0027011542, 0.0017101418,
            0.00094902207, 0.00060066424, 0.8716311, 0.6737764, 0.46365288, 0.28211126, 0.19058205, 0.13064453,
        ],
        [
            -0.032514125, -0.015730424, -0.007849573, -0.004350318, -0.0021519929, -0.0008847675, -0.00044335864, -0.00024262675,
            -0.000111322435, -6.0719103e-05, -0.63967097, -0.4714557, -0.30167806, -0.16563284, -0.10264537, -0.06447841,
        ],
        [
            0.013174628, 0.0055609327, 0.002410388, 0.0011811935, 0.0005011355, 0.00016836407, 7.186718e-05, 3.40091e-05,
            1.2965315e-05, 6.194587e-06, 0.4162314, 0.29434347, 0.17661293, 0.08853875, 0.05083661, 0.029545365,
        ],
        [
            -0.0051280656, -0.001891169, -0.0007208795, -0.00031112874, -0.00011631965, -3.200662e-05, -1.1639782e-05, -4.778986e-06,
            -1.5352257e-06, -6.030131e-07, -0.2464985, -0.15998253, -0.09565144, -0.04398001, -0.023493659, -0.012576374,
        ],
        [
            0.0019128006, 0.0005469317, 0.00021049056, 7.7433644e-05, 2.5157447e-05, 6.1812816e-06, 1.8720276e-06, 9.0105164e-07,
            1.8411401e-07, -1.354422e-07, 0.11298198, 0.007587497, 0.047636867, 0.021175101, 0.00953887, 0.0037311453,
        ],
    ];
    /// 2^(i/16) to twelve bits, and the rest.
    #[rustfmt::skip]
    const EXP2: [f32; 16] = [
        1.0, 1.0444336, 1.090332, 1.1386719, 1.1889648, 1.2416992, 1.296875, 1.3544922,
        1.4140625, 1.4770508, 1.5419922, 1.6103516, 1.6816406, 1.7563477, 1.8339844, 1.9150391,
    ];
    #[rustfmt::skip]
    const EXP2_LOW: [f32; 16] = [
        0.0, -0.00015981132, 0.00017570141, 0.00011675976, 0.00024227126, 0.00015859332, -3.5445348e-05, -0.00023664057,
        0.00015106237, -0.00022463531, 0.00021863791, 0.00013876945, 0.00015220551, -9.5495874e-05, 2.3711409e-05, 0.0001674989,
    ];
    /// ln 2 / 16 to twelve bits, and the rest.
    const LN_2_BY_16: [f64; 2] = [0.0433197021484375, 1.9966365e-06];
    const SIXTEEN_BY_LN_2: f64 = 23.083120654223414;
    /// (eʳ − 1 − r)/r²: `fpminimax(exp(x)-1-x, [|2,3|], [|SG...|], [-log(2)/32;log(2)/32], absolute)`, error 2^-29.2 of
    /// eʳ.
    const EXP: [f64; 2] = [0.5000165104866028, 0.16667065024375916];

    /// Largest error of erfc, in ulp.
    pub const ERFC_ULP: f64 = 0.96;

    /// e^(−x²) times [`SCALED_VALUE`] and its polynomial. Both factors are a number of twelve bits and a rest that is
    /// small beside it, so their product is exact where it counts.
    #[inline(always)]
    pub(in crate::math) fn erfc<V: Lanes<Scalar = f32>>(x: V) -> V {
        let vanished = x.constant(VANISHED);
        let size = V::select(x.abs().gt(vanished), vanished, x.abs());

        // −x² = n·ln 2/16 + r.
        let (square, square_error) = two_product(size, size);
        let round = x.constant(1.5 * (1u64 << 23) as f64);
        let rounded = square.mul_add(x.constant(-SIXTEEN_BY_LN_2), round);
        let n = rounded - round;
        let r = n.mul_add(x.constant(-LN_2_BY_16[0]), -square);
        let r = n.mul_add(x.constant(-LN_2_BY_16[1]), r) - square_error;
        let exp_m1 = (r * r).mul_add(horner(r, &EXP), r);
        let (exp, exp_low) = (x.lookup(rounded.to_bits(), &EXP2), x.lookup(rounded.to_bits(), &EXP2_LOW));
        let exp_low = (exp + exp_low).mul_add(exp_m1, exp_low);

        let interval = (size + x.constant(INTERVAL_OFFSET)).to_bits() >> 21;
        let scaled = x.lookup(interval, &SCALED_VALUE);
        let distance = size - x.lookup(interval, &SCALED_CENTRE);
        let mut slope = x.lookup(interval, &SCALED_COEFFICIENTS[5]);
        for coefficients in SCALED_COEFFICIENTS[..5].iter().rev() {
            slope = slope.mul_add(distance, x.lookup(interval, coefficients));
        }
        let scaled_low = slope * distance;

        let low = exp.mul_add(scaled_low, exp_low * (scaled + scaled_low));
        let erfc = exp.mul_add(scaled, low).scale_by_power_of_two((n * x.constant(1.0 / 16.0)).floor());
        V::select(x.lt(x.constant(0.0)), x.constant(2.0) - erfc, erfc)
    }
}

/// For f64 lanes.
pub mod double {
    use super::super::double_word::{fast_two_sum, two_product, two_sum};
    use super::super::polynomial::horner;
    use super::super::reduction::ROUND;
    use crate::arith::Lanes;

    /// erf x / x − 1 in x²: Sollya `fpminimax(erf(x), [|1,3,…,19|], [|D...|], [0;0.51], relative, x)`, error 2^-56.3
    /// of erf x.
    const ERF: [f64; 10] = [
        0.1283791670955126,
        -0.37612638903184037,
        0.11283791670974146,
        -0.02686617065089483,
        0.005223977719679242,
        -0.0008548336016694983,
        0.00012055845547854303,
        -1.4942566600441446e-05,
        1.6745477700742184e-06,
        -1.763567658605998e-07,
    ];

    /// ln 2 / 16: 30 leading bits, and the rest.
    const LN_2_BY_16: [f64; 2] = [0.04332169872941449, 5.558208899304173e-11];
    const SIXTEEN_BY_LN_2: f64 = 23.083120654223414;

    /// (eʳ − 1 − r)/r²: `fpminimax((exp(x)-1-x)/x^2, 5, [|D...|], [-log(2)/32;log(2)/32], absolute)`, error 2^-64.6
    /// of eʳ.
    const EXP: [f64; 6] = [
        0.5000000000000001,
        0.1666666666666667,
        0.041666666663331124,
        0.008333333332662366,
        0.0013889067953722664,
        0.00019841520825260225,
    ];

    /// 2^(i/16), and what the f64 lack.
    const EXP2: [f64; 16] = [
        1.0,
        1.0442737824274138,
        1.0905077326652577,
        1.1387886347566916,
        1.189207115002721,
        1.241857812073484,
        1.2968395546510096,
        1.3542555469368927,
        core::f64::consts::SQRT_2,
        1.4768261459394993,
        1.5422108254079407,
        1.6104903319492543,
        1.681792830507429,
        1.7562521603732995,
        1.8340080864093424,
        1.9152065613971474,
    ];
    const EXP2_LOW: [f64; 16] = [
        0.0,
        8.551889705537965e-17,
        -3.046782079812471e-17,
        8.912812676025408e-17,
        3.982015231465646e-17,
        4.658027591836937e-17,
        2.5382502794888315e-17,
        7.70094837980299e-17,
        -9.667293313452913e-17,
        -3.483994556892796e-17,
        7.949834809697621e-17,
        2.4707192569797888e-17,
        8.199010020581497e-17,
        2.960140695448873e-17,
        3.283107224245627e-17,
        -1.0619946056195963e-16,
    ];

    /// erfc x = e^(−x²)·q/(1 + 2x), where q = (1 + 2x)·e^(x²)·erfc x varies between 1.1 and 1.3 and is a polynomial in
    /// t = (x − K)/(x + K) on all of [0.47, 27.5] (M. M. Shepherd and J. G. Laframboise, Math. Comp. 36, 1981).
    const K: f64 = 4.0;
    /// q(t = 0), and q(t) less that: Sollya
    /// `fpminimax(q, [|0,1,…,22|], [|D...|], [t(0.47);t(27.5)], absolute, Q_0)`, error 2^-59.7.
    const Q_0: f64 = 1.2329951186255526;
    const Q: [f64; 23] = [
        -4.562571244848313e-17,
        -0.1396211168405625,
        0.01537965210261976,
        0.0680970542546897,
        -0.10103906603630425,
        0.09373283499849196,
        -0.06633036581224958,
        0.03716751553449585,
        -0.01619773405702097,
        0.005031970011953139,
        -0.0007577732972272041,
        -0.00019925692726628923,
        0.00015062173134210776,
        -2.439819801723516e-05,
        -1.1222254472062588e-05,
        5.706823902629788e-06,
        2.9438644556011123e-07,
        -8.199831692452308e-07,
        7.373616667006664e-08,
        1.0364094172338555e-07,
        -1.7152943062143277e-08,
        -9.785792811200893e-09,
        1.5649788191077809e-09,
    ];
    /// The derivative of q to 0.01, enough for the rounding error of t.
    const Q_SLOPE: [f64; 5] = [-0.134, 0.0855, 0.0876, -0.756, 0.84];

    /// e^(−x²) = (high + low)·2ⁿ for |x| ≤ 28: (high, low, n).
    #[inline(always)]
    fn exp_of_minus_square<V: Lanes<Scalar = f64>>(x: V) -> (V, V, V) {
        let (square, square_error) = two_product(x, x);
        let rounded = x.constant(ROUND) - square * x.constant(SIXTEEN_BY_LN_2);
        let sixteenths = rounded - x.constant(ROUND);
        let high = sixteenths * x.constant(LN_2_BY_16[0]);
        let low = sixteenths * x.constant(LN_2_BY_16[1]);
        let (r, r_error) = two_sum(-square - high, -low);
        let low = r_error - square_error;
        let exp_m1 = r + (r * r * horner(r, &EXP) + (low + low * r));
        let index = rounded.to_bits();
        let (leading, leading_error) = (x.lookup(index, &EXP2), x.lookup(index, &EXP2_LOW));
        let (high, low) = fast_two_sum(leading, leading_error + leading * exp_m1);
        (high, low, (sixteenths * x.constant(1.0 / 16.0)).floor())
    }

    /// erfc(x) = (high + low)·2ⁿ for 0.47 ≤ x ≤ 27.5: (high, low, n).
    #[inline(always)]
    fn erfc_tail<V: Lanes<Scalar = f64>>(x: V) -> (V, V, V) {
        let (over, over_error) = two_sum(x, x.constant(-K));
        let (under, under_error) = two_sum(x, x.constant(K));
        let t = over / under;
        let (product, error) = two_product(t, under);
        let t_error = ((over - product - error) + (over_error - t * under_error)) / under;
        let (q, q_error) = fast_two_sum(x.constant(Q_0), horner(t, &Q) + t_error * horner(t, &Q_SLOPE));

        let (exp, exp_error, n) = exp_of_minus_square(x);
        let (over, error) = two_product(exp, q);
        let over_error = error + (exp * q_error + exp_error * q);
        let (under, under_error) = fast_two_sum(x + x, x.constant(1.0));
        let erfc = over / under;
        let (product, error) = two_product(erfc, under);
        let remainder = (over - product - error) + (over_error - erfc * under_error);
        (erfc, remainder / under, n)
    }

    /// erf x − x for |x| ≤ 0.5.
    #[inline(always)]
    fn erf_minus_x<V: Lanes<Scalar = f64>>(x: V) -> V {
        x * horner(x * x, &ERF)
    }

    /// |x|, brought to where [`erfc_tail`] stands for it.
    #[inline(always)]
    fn clamp<V: Lanes<Scalar = f64>>(x: V, high: f64) -> V {
        let (low, high) = (x.constant(0.5), x.constant(high));
        let size = V::select(x.abs().lt(low), low, x.abs());
        V::select(size.gt(high), high, size)
    }

    /// Largest error of erf, in ulp.
    pub const ERF_ULP: f64 = 0.85;

    #[inline(always)]
    pub(in crate::math) fn erf<V: Lanes<Scalar = f64>>(x: V) -> V {
        let near = x + erf_minus_x(x);
        let (high, low, n) = erfc_tail(clamp(x, 6.0));
        let (sum, error) = fast_two_sum(x.constant(1.0), -high.scale_by_power_of_two(n));
        let far = sum + (error - low.scale_by_power_of_two(n));
        V::select(x.abs().lt(x.constant(0.5)), near, far.copysign(x))
    }

    /// Largest error of erfc, in ulp.
    pub const ERFC_ULP: f64 = 0.62;

    #[inline(always)]
    pub(in crate::math) fn erfc<V: Lanes<Scalar = f64>>(x: V) -> V {
        let (sum, error) = two_sum(x.constant(1.0), -x);
        let near = sum + (error - erf_minus_x(x));
        let (high, low, n) = erfc_tail(clamp(x, 27.5));
        let right = (high + low).scale_by_power_of_two(n);
        // The clamp leaves less of a negative x than 2 can show.
        let (sum, error) = fast_two_sum(x.constant(2.0), -high.scale_by_power_of_two(n));
        let left = sum + (error - low.scale_by_power_of_two(n));
        let far = V::select(x.lt(x.constant(0.0)), left, right);
        V::select(x.abs().lt(x.constant(0.5)), near, far)
    }
}
