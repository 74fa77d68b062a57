//! Elementary functions, one family a file, generic over [`Lanes`]: the same code serves one number and a
//! register full of them.

use crate::arith::Lanes;

/// Declares the table: which function of which file computes what for f32 and for f64.
macro_rules! elementary {
    ($($name:ident($($arg:ident),*);)*) => {
        /// The elementary functions of a scalar type, for any [`Lanes`] of it.
        #[allow(missing_docs, reason = "each is documented at `Real`, which forwards here")]
        pub trait Elementary: Copy + PartialEq + PartialOrd + core::fmt::Debug + Send + Sync + 'static {
            $(fn $name<V: Lanes<Scalar = Self>>(x: V $(, $arg: V)*) -> V;)*
            fn powi<V: Lanes<Scalar = Self>>(x: V, n: i32) -> V;
        }
    };
}

elementary! {
    exp(); exp2(); exp_m1();
    ln(); ln_1p(); log2(); log10();
    cbrt(); hypot(other);
    sin(); cos(); tan();
    asin(); acos(); atan(); atan2(other);
    sinh(); cosh(); tanh();
    asinh(); acosh(); atanh();
    sigmoid(); softplus();
    erf(); erfc();
    powf(exponent);
}
