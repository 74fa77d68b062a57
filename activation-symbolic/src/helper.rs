//! The builtin helpers by name: what a call of `gelu(u)` in a body means.
//!
//! One row a helper; what it computes is the generic function of the runtime, run on symbols.

use activation_runtime::builtin;

use crate::graph::{Graph, Id};
use crate::symbol::build;

/// How a helper builds its graph.
#[derive(Clone, Copy)]
pub(crate) enum Build {
    /// Of one argument.
    Unary(fn(&mut Graph, Id) -> Id),
    /// Of two.
    Binary(fn(&mut Graph, Id, Id) -> Id),
}

impl Build {
    /// The number of arguments.
    pub(crate) fn arity(self) -> usize {
        match self {
            Self::Unary(_) => 1,
            Self::Binary(_) => 2,
        }
    }
}

macro_rules! helpers {
    (unary $($unary:ident)*; binary $($binary:ident)*;) => {
        /// All names.
        pub(crate) const NAMES: &[&str] = &[$(stringify!($unary),)* $(stringify!($binary),)*];

        /// The helper of this name.
        pub(crate) fn find(name: &str) -> Option<Build> {
            match name {
                $(stringify!($unary) => Some(Build::Unary(|g, x| build(g, [x], |[x]| builtin::$unary(x)))),)*
                $(stringify!($binary) => {
                    Some(Build::Binary(|g, x, p| build(g, [x, p], |[x, p]| builtin::$binary(x, p))))
                })*
                _ => None,
            }
        }
    };
}

helpers! {
    unary sigmoid softplus log_sigmoid erf erfc relu relu6 selu gelu gelu_tanh silu mish
        hard_sigmoid hard_swish hard_tanh softsign;
    binary leaky_relu elu celu;
}
