//! The L2 norm of the input vector as an activation: not element-wise, with the gradient that the compiler derives
//! and with one's own.

use std::error::Error;
use std::path::Path;

use activations::prelude::*;

mod support;

/// The L2 norm of a row; its gradient x/‖x‖ is 0 at 0.
#[activation]
pub fn l2_norm(x: Row<f32>) -> f32 {
    x.norm()
}

/// The same with its own vector–Jacobian product, in terms of the output y.
#[activation(vjp = |x, y, dy| dy * x / y)]
pub fn own_norm(x: Row<f32>) -> f32 {
    x.norm()
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = support::data::diabetes();
    let folder = Path::new("target/l2_norm");
    support::rows::run(L2Norm, &data, folder)?;
    support::rows::run(OwnNorm, &data, folder)
}
