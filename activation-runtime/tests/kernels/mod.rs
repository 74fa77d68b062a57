//! Kernels written by hand, as the macro would, for the tests of what runs them.
#![allow(dead_code, unreachable_pub, reason = "each test uses some of them")]

use activation_runtime::kernel::{Info, Kernel, MultiKernel, Parametric};
use activation_runtime::real::Real;

/// max(x, 0).
pub struct Relu;

impl Kernel for Relu {
    const INFO: Info = Info::new("Relu", "max(x, 0)", "x > 0 ? 1 : 0");
    #[inline(always)]
    fn value<R: Real>(&self, x: R) -> R {
        x.max(x.constant(0.0))
    }
    #[inline(always)]
    fn derivative<R: Real>(&self, x: R) -> R {
        R::select(x.gt(x.constant(0.0)), x.constant(1.0), x.constant(0.0))
    }
}

/// x/(1 + |x|).
pub struct Softsign;

impl Kernel for Softsign {
    const INFO: Info = Info::new("Softsign", "x / (1 + |x|)", "1 / (1 + |x|)²");
    #[inline(always)]
    fn value<R: Real>(&self, x: R) -> R {
        x / (x.abs() + x.constant(1.0))
    }
    #[inline(always)]
    fn derivative<R: Real>(&self, x: R) -> R {
        let s = x.abs() + x.constant(1.0);
        x.constant(1.0) / (s * s)
    }
}

/// √(1 + x²): overflows on the way from 1.8e19 on in f32, from 1.3e154 on in f64; the derivative already from
/// a quarter of that on, so that the two masks differ.
pub struct Arc;

impl Arc {
    fn is_beyond<R: Real>(x: R, part: f64) -> R::Mask {
        let square = x * x.constant(part) * x;
        // Infinite, or NaN for a NaN.
        !square.lt(square.constant(f64::MAX))
    }
}

impl Kernel for Arc {
    const INFO: Info = Info::new("Arc", "√(1 + x²)", "x / √(1 + x²)");
    const RESCUES: [bool; 2] = [true; 2];
    #[inline(always)]
    fn value<R: Real>(&self, x: R) -> R {
        (x * x + x.constant(1.0)).sqrt()
    }
    #[inline(always)]
    fn derivative<R: Real>(&self, x: R) -> R {
        x / self.value(x)
    }
    #[inline(always)]
    fn rescue<R: Real>(&self, x: R) -> [Option<R::Mask>; 2] {
        [Some(Self::is_beyond(x, 1.0)), Some(Self::is_beyond(x, 16.0))]
    }
}

/// a·b/(1 + |a|).
pub struct Gate;

impl MultiKernel<2> for Gate {
    const INFO: Info = Info::new("Gate", "a·b / (1 + |a|)", "b / (1 + |a|)²\na / (1 + |a|)");
    #[inline(always)]
    fn value<R: Real>(&self, [a, b]: [R; 2]) -> R {
        Softsign.value(a) * b
    }
    #[inline(always)]
    fn gradient<R: Real>(&self, [a, b]: [R; 2]) -> [R; 2] {
        [Softsign.derivative(a) * b, Softsign.value(a)]
    }
}

/// x above 0, slope·x + shift below.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prelu {
    pub slope: f32,
    pub shift: f32,
}

impl Kernel for Prelu {
    const INFO: Info = Info::new("Prelu", "x > 0 ? x : slope·x + shift", "x > 0 ? 1 : slope");
    #[inline(always)]
    fn value<R: Real>(&self, x: R) -> R {
        let below = x * x.constant(self.slope.into()) + x.constant(self.shift.into());
        R::select(x.gt(x.constant(0.0)), x, below)
    }
    #[inline(always)]
    fn derivative<R: Real>(&self, x: R) -> R {
        R::select(x.gt(x.constant(0.0)), x.constant(1.0), x.constant(self.slope.into()))
    }
}

impl Parametric<1, 2> for Prelu {
    #[inline(always)]
    fn parameter_gradient<R: Real>(&self, [x]: [R; 1]) -> [R; 2] {
        let zero = x.constant(0.0);
        let above = x.gt(zero);
        [R::select(above, zero, x), R::select(above, zero, x.constant(1.0))]
    }
    fn from_gradient([slope, shift]: [f64; 2]) -> Self {
        Self { slope: slope as f32, shift: shift as f32 }
    }
}

/// weight·a·b.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bilinear {
    pub weight: f64,
}

impl MultiKernel<2> for Bilinear {
    const INFO: Info = Info::new("Bilinear", "weight·a·b", "weight·b\nweight·a");
    #[inline(always)]
    fn value<R: Real>(&self, [a, b]: [R; 2]) -> R {
        a.constant(self.weight) * a * b
    }
    #[inline(always)]
    fn gradient<R: Real>(&self, [a, b]: [R; 2]) -> [R; 2] {
        [a.constant(self.weight) * b, a.constant(self.weight) * a]
    }
}

impl Parametric<2, 1> for Bilinear {
    #[inline(always)]
    fn parameter_gradient<R: Real>(&self, [a, b]: [R; 2]) -> [R; 1] {
        [a * b]
    }
    fn from_gradient([weight]: [f64; 1]) -> Self {
        Self { weight }
    }
}
