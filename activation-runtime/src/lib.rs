//! What `#[activation]` functions run on.
//!
//! Each file imports only from those above it in this list (`tests/floors.rs` reads it).
//!
//! ```text
//!   array      the same to every element of an array, inlined
//!   error      what a call refuses: slices that don't fit together
//!   arith      what every carrier of numbers can do: + − × ÷, comparison masks, select
//!     │        and what only machine floats can: bits, exponents, two f64 halves (Lanes)
//!   math/      elementary functions, one family a file, generic over Lanes
//!   real       the algebra a kernel is written in: Arith + elementary functions
//!   builtin    the helpers that formulas are written with: sigmoid, softplus, erf, …
//!   scalar     f32 and f64 as Lanes
//!   pair       two of the same as Lanes: f64 halves, unrolling
//!   vector     Lanes in memory: load, store
//!   carrier    what makes numbers of any precision stand in for those of an element type
//!   extended   106 bits and no overflow: the carrier of what floats can't do, and the truth in the compiler
//!   deep       384 bits: the carrier of last resort
//!   adaptive   the first of the two that is accurate enough, by a running error bound
//!   bounded    f64 registers that stand in for f32 and know their error: the first resort of f32
//!   x86        the few instructions that fearless_simd has no name for
//!   lane       a SIMD register (fearless_simd) as Lanes
//!   float      f32 and f64, as what slices hold and what registers are made of
//!   level      the one place of run-time dispatch
//!   kernel     Kernel, MultiKernel, Parametric: what the macro implements; Info: what is known of it
//!   sum        sums over slices, compensated
//!   pass       what happens at one position of a sweep
//!   slices     what a sweep reads and writes
//!   rescue     positions that need more precision, computed again
//!   sweep      the one set of loops: slices in, slices out, any number of either
//!   element    f32, f64, f16, bf16: what slices may hold
//!   passes     the calls that every activation has: shapes checked, sweep made
//!   activation Activation, MultiActivation, …: kernels applied to slices
//!   explain    all that is known of a kernel, as text
//!   gradcheck  derivatives beside difference quotients
//!   row        RowKernel: functions of whole rows, and all of their loops
//!   witness    what the expansion lets rustc check
//!   higher_order  second derivatives on slices
//!   parallel   the same on all threads
//!   channels   inputs that are one value a channel, or one for all
//!   adapters/  the same on the arrays of other crates
//! ```
//!
//! All that runs in registers is inlined by force, as a call outside the function that has the instruction set enabled
//! costs more than the arithmetic. Debug builds are spared it below the kernel (`cfg_attr(not(debug_assertions), …)`):
//! each activation would otherwise be compiled with all of its elementary functions, on every instruction set.
#![forbid(unsafe_code)]

pub mod activation;
pub mod adapters;
pub mod adaptive;
pub mod arith;
mod array;
pub mod bounded;
pub mod builtin;
mod carrier;
pub mod channels;
pub mod deep;
pub mod element;
pub mod error;
pub mod explain;
pub mod extended;
pub mod float;
pub mod gradcheck;
pub mod higher_order;
pub mod kernel;
#[cfg(feature = "simd")]
pub mod lane;
pub mod level;
pub mod math;
pub mod pair;
#[cfg(feature = "rayon")]
pub mod parallel;
mod pass;
mod passes;
pub mod real;
mod rescue;
pub mod row;
pub mod scalar;
pub mod slices;
pub mod sum;
pub mod sweep;
pub mod vector;
pub mod witness;
#[cfg(all(feature = "simd", any(target_arch = "x86", target_arch = "x86_64")))]
mod x86;
