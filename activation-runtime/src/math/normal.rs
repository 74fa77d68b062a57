//! The standard normal distribution Φ.
//!
//! Unlike the other functions it isn't held to the last place in the left tail, where the argument's own last place
//! is worth much more: what it gives for x lies within an ulp of Φ at a number that is within half an ulp of x. For
//! all that is computed with it this is as good, and half the cost of erfc.

/// For f32 lanes.
pub mod single {
    use crate::arith::Lanes;
    use crate::math::exp::single::EXP;

    /// Φ(−t) = 2^g(t) on sixteen intervals of t, four to each octave of t + 1; so the exponent and the first two bits of
    /// t + 1 number them. Around a centre c, chosen so that g(c) is a multiple of 2^-11, it is `LOG` + d·(c₁ + c₂d +
    /// c₃d² + c₄d³). Coefficients by Sollya: `fpminimax(log2(erfc((c+x)/sqrt(2))/2) - log, [|1,2,3,4|], [|SG...|],
    /// interval, absolute)`; the error is small beside what rounding t makes of g.
    #[rustfmt::skip]
    pub const CENTRE: [f32; 16] = [
        1.2766651, 1.7738885, 2.2391388, 2.7626276, 3.4576685, 4.447191, 5.528299, 6.5210667,
        7.9917827, 9.987818, 12.11902, 13.904203, 0.12323403, 0.380565, 0.62531036, 0.884552,
    ];
    /// g at each [`CENTRE`].
    #[rustfmt::skip]
    pub const LOG: [f32; 16] = [
        -3.3095703, -4.7163086, -6.3134766, -8.446289, -11.841797, -17.810547, -25.882324, -34.737793,
        -50.41748, -76.61914, -110.879395, -144.58643, -1.1489258, -1.5073242, -1.9111328, -2.409668,
    ];
    /// c₁ … c₄ around each [`CENTRE`].
    #[rustfmt::skip]
    pub const COEFFICIENTS: [[f32; 16]; 4] = [
        [
            -2.5260496, -3.1371982, -3.731728, -4.41956, -5.354548, -6.7136965, -8.221809, -9.619789,
            -11.70497, -14.55106, -17.601526, -20.16224, -1.2666248, -1.5218961, -1.7802684, -2.0680637,
        ],
        [
            -0.5990042, -0.6284641, -0.64838386, -0.664654, -0.6795498, -0.6928145, -0.7014252, -0.70639807,
            -0.71099496, -0.71451837, -0.7166267, -0.7177267, -0.47797567, -0.5131325, -0.54180473, -0.5676011,
        ],
        [
            -0.023323303, -0.016632922, -0.012215499, -0.008762296, -0.005820819, -0.0034199215, -0.002053121, -0.0013603297,
            -0.00080126326, -0.00043323278, -0.00025024175, -0.00016776408, -0.049025953, -0.042138185, -0.03608846, -0.030408388,
        ],
        [
            0.0040510492, 0.0028460363, 0.0019739368, 0.0013625901, 0.00080784515, 0.00041669264, 0.00023124488, 0.00013319393,
            6.732516e-05, 3.0135225e-05, 1.57408e-05, 7.7298255e-06, 0.006861309, 0.0064732837, 0.005853391, 0.0050798166,
        ],
    ];
    /// Beyond it Φ(−t) vanishes.
    const VANISHED: f64 = 14.5;

    /// Largest error measured of `normal_cdf`, in ulp, beyond what half an ulp of the argument makes.
    pub const NORMAL_CDF_ULP: f64 = 0.9;

    #[inline(always)]
    pub(in crate::math) fn normal_cdf<V: Lanes<Scalar = f32>>(x: V) -> V {
        let (zero, one) = (x.constant(0.0), x.constant(1.0));
        let size = x.abs().at_most(VANISHED);
        let interval = (size + one).to_bits() >> 21;
        let distance = size - x.lookup(interval, &CENTRE);
        let mut slope = x.lookup(interval, &COEFFICIENTS[3]);
        for coefficients in COEFFICIENTS[..3].iter().rev() {
            slope = slope.mul_add(distance, x.lookup(interval, coefficients));
        }
        let (log, rest) = (x.lookup(interval, &LOG), slope * distance);
        let n = (log + rest).round_ties_even();
        let tail = EXP.exp2_near(log - n + rest).scale_by_power_of_two(n);
        V::select(x.lt(zero), tail, one - tail)
    }
}

/// For f64 lanes.
pub mod double {
    use crate::arith::Lanes;
    use crate::math::erf::double::{ERFC_ULP, erfc};

    /// Largest error measured of `normal_cdf`, in ulp, beyond what half an ulp of the argument makes.
    pub const NORMAL_CDF_ULP: f64 = ERFC_ULP;

    #[inline(always)]
    pub(in crate::math) fn normal_cdf<V: Lanes<Scalar = f64>>(x: V) -> V {
        erfc(x * x.constant(-core::f64::consts::FRAC_1_SQRT_2)) * x.constant(0.5)
    }
}
