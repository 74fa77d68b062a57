//! The compiler behind `#[activation]`.
#![forbid(unsafe_code)]
