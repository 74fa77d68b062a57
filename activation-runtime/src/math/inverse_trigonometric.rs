//! Arc sine, arc cosine, arc tangent.

/// For f32 lanes.
pub(super) mod single {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn asin<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn acos<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn atan<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn atan2<V: Lanes<Scalar = f32>>(y: V, x: V) -> V {
        (y * x).constant(f64::NAN)
    }
}

/// For f64 lanes.
pub(super) mod double {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn asin<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn acos<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn atan<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn atan2<V: Lanes<Scalar = f64>>(y: V, x: V) -> V {
        (y * x).constant(f64::NAN)
    }
}
