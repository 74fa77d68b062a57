//! Activations on the arrays of other crates, each behind a feature of that crate's name.

#[cfg(feature = "ndarray")]
pub mod ndarray;
