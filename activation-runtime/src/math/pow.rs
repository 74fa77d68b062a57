//! Powers.

/// For f32 lanes.
pub(super) mod single {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn powf<V: Lanes<Scalar = f32>>(x: V, exponent: V) -> V {
        (x * exponent).constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn powi<V: Lanes<Scalar = f32>>(x: V, n: i32) -> V {
        x.constant(f64::from(n)) * x.constant(f64::NAN)
    }
}

/// For f64 lanes.
pub(super) mod double {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn powf<V: Lanes<Scalar = f64>>(x: V, exponent: V) -> V {
        (x * exponent).constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn powi<V: Lanes<Scalar = f64>>(x: V, n: i32) -> V {
        x.constant(f64::from(n)) * x.constant(f64::NAN)
    }
}
