//! Activation functions for neural networks: written once, differentiated at compile time.
//!
//! ```text
//!   #[activation]  activation-macros ─▶ activation-symbolic   the compiler: tokens in, tokens out
//!   Swish, Gelu …  activation-runtime                         what the kernels run on: SIMD, slices, adapters
//! ```
#![forbid(unsafe_code)]

extern crate self as activations;

pub mod gallery;

pub use activation_macros::activation;
#[doc(hidden)]
pub use activation_macros::beside;
pub use activation_runtime::activation::{Activation, MultiActivation, MultiTrainable, Trainable};
pub use activation_runtime::arith::Arith;
pub use activation_runtime::builtin as math;
pub use activation_runtime::channels::{self, ChannelActivation, Channels};
pub use activation_runtime::error::{OutputError, ShapeError};
pub use activation_runtime::explain::explain;
pub use activation_runtime::gradcheck::{gradcheck, gradcheck_inputs, gradcheck_parameters};
pub use activation_runtime::higher_order::SecondOrderActivation;
pub use activation_runtime::kernel::{
    Info, Kernel, Kink, MultiKernel, Parametric, Saves, SecondOrder, Smoothness, ThirdOrder, either_mask,
};
pub use activation_runtime::level;
#[cfg(feature = "rayon")]
pub use activation_runtime::parallel::Parallel;
pub use activation_runtime::real::Real;
pub use activation_runtime::row::gradcheck::gradcheck_rows;
pub use activation_runtime::row::{
    self, MultiRowActivation, MultiRowTrainable, RowActivation, RowKernel, RowParametric, RowTrainable,
};
#[doc(hidden)]
pub use activation_runtime::witness;

/// Everything that a crate with activations of its own needs: the macro, the traits, the builtin helpers.
pub mod prelude {
    #[cfg(feature = "ndarray")]
    pub use activation_runtime::adapters::ndarray::Activate;
    pub use activation_runtime::row::Row;
    #[cfg(feature = "ndarray")]
    pub use activation_runtime::row::axis::ActivateAxis;

    pub use crate::math::*;
    pub use crate::{
        Activation, ChannelActivation, Channels, Kernel, MultiActivation, MultiKernel, MultiRowActivation,
        MultiRowTrainable, MultiTrainable, Parametric, RowActivation, RowParametric, RowTrainable,
        SecondOrder, SecondOrderActivation, ShapeError, ThirdOrder, Trainable, activation,
    };
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
