//! Elementary functions, one family a file, generic over [`Lanes`]: the same code serves one number and a
//! register full of them. Each file has a module `single` for f32 lanes and a module `double` for f64 lanes.

mod double_word;
pub mod erf;
pub mod exp;
mod format;
pub mod hyperbolic;
pub mod inverse_trigonometric;
pub mod log;
pub mod logistic;
pub mod normal;
mod polynomial;
pub mod pow;
mod reduction;
pub mod root;
pub mod trigonometric;

use crate::arith::{Format, Lanes};

/// Declares the table: which file computes what.
macro_rules! elementary {
    ($($file:ident: $($name:ident($($arg:ident: $type:ty)?)),*;)*) => {
        /// The elementary functions of a scalar type, for any [`Lanes`] of it.
        #[allow(missing_docs, reason = "each is documented at `Real`, which forwards here")]
        pub trait Elementary: Format {
            $($(fn $name<V: Lanes<Scalar = Self>>(x: V $(, $arg: elementary!(@ $type))?) -> V;)*)*
        }
        elementary! { impl f32 in single { $($($file $name($($arg: $type)?))*)* } }
        elementary! { impl f64 in double { $($($file $name($($arg: $type)?))*)* } }
    };
    (impl $scalar:ident in $precision:ident { $($file:ident $name:ident($($arg:ident: $type:ty)?))* }) => {
        impl Elementary for $scalar {
            $(#[cfg_attr(not(debug_assertions), inline(always))]
            fn $name<V: Lanes<Scalar = Self>>(x: V $(, $arg: $type)?) -> V {
                $file::$precision::$name(x $(, $arg)?)
            })*
        }
    };
    (@ $type:ty) => { $type };
}

elementary! {
    exp: exp(), exp2(), exp_m1();
    log: ln(), ln_1p(), log2(), log10();
    root: cbrt(), hypot(other: V);
    trigonometric: sin(), cos(), tan();
    inverse_trigonometric: asin(), acos(), atan(), atan2(other: V);
    hyperbolic: sinh(), cosh(), tanh(), asinh(), acosh(), atanh();
    logistic: sigmoid(), softplus();
    erf: erf(), erfc();
    normal: normal_cdf();
    pow: powf(exponent: V), powi(n: i32);
}
