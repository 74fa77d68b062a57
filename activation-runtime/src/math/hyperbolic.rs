//! Hyperbolic functions and their inverses.

/// For f32 lanes.
pub(super) mod single {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn sinh<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn cosh<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn tanh<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn asinh<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn acosh<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn atanh<V: Lanes<Scalar = f32>>(x: V) -> V {
        x.constant(f64::NAN)
    }
}

/// For f64 lanes.
pub(super) mod double {
    use crate::arith::Lanes;

    #[inline(always)]
    pub(in crate::math) fn sinh<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn cosh<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn tanh<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn asinh<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn acosh<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }

    #[inline(always)]
    pub(in crate::math) fn atanh<V: Lanes<Scalar = f64>>(x: V) -> V {
        x.constant(f64::NAN)
    }
}
