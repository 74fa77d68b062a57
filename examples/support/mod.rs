//! What the examples share: the data, a small network, and how they report.
#![allow(dead_code, unreachable_pub, reason = "each example uses a part of it")]

pub mod data;
pub mod elementwise;
pub mod network;
pub mod plot;
pub mod report;
pub mod rows;
