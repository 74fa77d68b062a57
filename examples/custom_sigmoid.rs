//! A sigmoid rescaled to (−1, 1), checked against a numerical gradient, then trained.

use std::error::Error;
use std::path::Path;

use activations::prelude::*;

mod support;

/// Sigmoid rescaled to (-1, 1).
#[activation]
pub fn custom_sigmoid(x: f32) -> f32 {
    2.0 * sigmoid(x) - 1.0
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", activations::gradcheck(&CustomSigmoid, -8.0..=8.0));
    support::elementwise::run(CustomSigmoid, &support::data::diabetes(), Path::new("target/custom_sigmoid"))
}
