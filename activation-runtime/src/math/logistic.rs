//! The logistic function and its integral.

/// For f32 lanes.
pub(super) mod single {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn sigmoid<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn softplus<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }
}

/// For f64 lanes.
pub(super) mod double {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn sigmoid<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn softplus<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }
}
