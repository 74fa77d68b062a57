//! Exponentials.

/// For f32 lanes.
pub(super) mod single {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn exp<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn exp2<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn exp_m1<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }
}

/// For f64 lanes.
pub(super) mod double {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn exp<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn exp2<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn exp_m1<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }
}
