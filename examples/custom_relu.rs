//! A leaky ReLU written as a maximum, with a subgradient at 0, checked against a numerical gradient, then trained.

use std::error::Error;
use std::path::Path;

use activations::prelude::*;

mod support;

/// Leaky ReLU. At 0 the two sides tie, and a tie takes the second operand's slope: 0.1.
#[activation]
pub fn custom_relu(x: f32) -> f32 {
    x.max(0.1 * x)
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", activations::gradcheck(&CustomRelu, -8.0..=8.0));
    support::elementwise::run(CustomRelu, &support::data::diabetes(), Path::new("target/custom_relu"))
}
