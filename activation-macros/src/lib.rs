//! The `#[activation]` attribute: hands the tokens to [`activation_symbolic`], and nothing else.
#![forbid(unsafe_code)]
