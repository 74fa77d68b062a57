//! The algebra that kernels are written in: [`Arith`] and the elementary functions.
//!
//! Whatever implements [`Real`] gives a kernel another meaning: f32 and f64 compute one number, a
//! [`Lane`](crate::lane::Lane) a SIMD register of them, an [`Extended`](crate::extended::Extended) one to 106 bits.

use crate::arith::{Arith, Format, Lanes};
use crate::math::Elementary;

/// Declares [`Real`] from the list of elementary functions, and implements it for all machine floats by handing
/// each on to the scalar type's row of [`Elementary`].
macro_rules! real {
    ($($(#[$doc:meta])* $name:ident($($arg:ident),*);)*) => {
        /// Numbers with elementary functions.
        ///
        /// NaN in, NaN out; poles and overflow give infinities as IEEE says; no function flushes subnormals.
        pub trait Real: Arith {
            $($(#[$doc])* fn $name(self $(, $arg: Self)*) -> Self;)*

            /// 1/x.
            #[inline(always)]
            fn recip(self) -> Self {
                self.constant(1.0) / self
            }
            /// xⁿ by repeated squaring.
            fn powi(self, n: i32) -> Self;
            /// Set everywhere unless these are f32: what is good enough for those isn't for wider numbers. A constant
            /// in compiled code.
            #[inline(always)]
            fn is_wide(self) -> Self::Mask {
                let any = self.ne(self);
                !(any ^ any)
            }
            /// Φ(x) = erfc(−x/√2)/2, the standard normal distribution: within an ulp of its value at a number within
            /// half an ulp of x.
            #[inline(always)]
            fn normal_cdf(self) -> Self {
                (-self / self.constant(2.0).sqrt()).erfc() * self.constant(0.5)
            }
        }

        impl<V: Lanes<Scalar: Elementary>> Real for V {
            $(
                #[inline(always)]
                fn $name(self $(, $arg: Self)*) -> Self {
                    V::Scalar::$name(self $(, $arg)*)
                }
            )*
            #[inline(always)]
            fn powi(self, n: i32) -> Self {
                V::Scalar::powi(self, n)
            }
            #[inline(always)]
            fn is_wide(self) -> Self::Mask {
                let any = self.ne(self);
                if V::Scalar::SIGNIFICAND_BITS == f32::SIGNIFICAND_BITS { any ^ any } else { !(any ^ any) }
            }
            #[inline(always)]
            fn normal_cdf(self) -> Self {
                V::Scalar::normal_cdf(self)
            }
        }
    };
}

real! {
    /// eˣ.
    exp();
    /// 2ˣ.
    exp2();
    /// eˣ − 1, without cancellation near 0.
    exp_m1();
    /// Natural logarithm.
    ln();
    /// ln(1 + x), without cancellation near 0.
    ln_1p();
    /// Logarithm to base 2.
    log2();
    /// Logarithm to base 10.
    log10();
    /// Cube root.
    cbrt();
    /// Sine, of any finite angle.
    sin();
    /// Cosine, of any finite angle.
    cos();
    /// Tangent, of any finite angle.
    tan();
    /// Arc sine.
    asin();
    /// Arc cosine.
    acos();
    /// Arc tangent.
    atan();
    /// Hyperbolic sine.
    sinh();
    /// Hyperbolic cosine.
    cosh();
    /// Hyperbolic tangent.
    tanh();
    /// Inverse hyperbolic sine.
    asinh();
    /// Inverse hyperbolic cosine.
    acosh();
    /// Inverse hyperbolic tangent.
    atanh();
    /// σ(x) = 1/(1 + e⁻ˣ), to full relative accuracy in both tails.
    sigmoid();
    /// ln(1 + eˣ), without overflow and to full relative accuracy in both tails.
    softplus();
    /// Error function.
    erf();
    /// 1 − erf(x), to full relative accuracy in the right tail.
    erfc();
    /// x raised to the power `exponent`.
    powf(exponent);
    /// √(x² + y²) without overflow or underflow on the way.
    hypot(other);
    /// Angle of the point (`x`, `self`), as [`f32::atan2`].
    atan2(x);
}
