//! The first three users of this library: an activation that no framework ships, from formula to trained network.

use std::error::Error;
use std::path::Path;

use activations::prelude::*;

mod support;

use support::network::Network;

/// Sigmoid rescaled to (-1, 1).
#[activation]
pub fn custom_sigmoid(x: f32) -> f32 {
    2.0 * sigmoid(x) - 1.0
}

/// Leaky ReLU. At 0 the two sides tie, and a tie takes the second operand's slope: 0.1.
#[activation]
pub fn custom_relu(x: f32) -> f32 {
    x.max(0.1 * x)
}

/// The L2 norm of the whole vector, not element-wise.
#[activation]
pub fn l2_norm(x: Row<f32>) -> f32 {
    x.norm()
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = support::data::diabetes();
    let folder = Path::new("target/quickstart");
    println!("Diabetes data (Efron et al. 2004): 442 patients, a fifth of them held out.");
    support::elementwise::run(CustomSigmoid, &data, folder)?;
    support::elementwise::run(CustomRelu, &data, folder)?;
    support::rows::run(L2Norm, Network::new, &data, folder)?;
    println!("\nplots: {}/*.svg", folder.display());
    Ok(())
}
