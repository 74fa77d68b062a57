//! Benches of the library, each a file in `benches/`; and what they are measured against.
#![forbid(unsafe_code)]

#[cfg(target_arch = "x86_64")]
pub mod by_hand;
