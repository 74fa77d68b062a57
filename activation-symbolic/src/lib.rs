//! The compiler behind `#[activation]`: tokens in, tokens out; no I/O; never panics.
//!
//! ```text
//!   tokens ─ parse ─▶ Signature ─ lower ─▶ Function { graph, written }      refuses, with spans
//!     ─ rewrite ─▶ value            stable spellings of the same function
//!     ─ check ─▶ facts              domain, jumps, kinks: each refusal with a witness
//!     ─ differentiate ─▶ partials   forward mode on the graph, simplified as it is built
//!     ─ rescue ─▶ masks             where floats of the element type don't suffice
//!     ─ emit ─▶ tokens              the fn as written, a struct, its kernel, its documentation
//! ```
#![forbid(unsafe_code)]

pub mod check;
pub mod code;
pub mod diagnostic;
pub mod differentiate;
pub mod document;
pub mod emit;
pub mod evaluate;
pub mod fallback;
pub mod format;
pub mod function;
pub mod graph;
mod helper;
pub mod lower;
pub mod parse;
pub mod pattern;
pub mod primitive;
pub mod rewrite;
pub mod rules;
mod simplify;
mod spelling;
pub mod symbol;
