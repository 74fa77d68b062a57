//! The L2 norm of the input vector as an activation: not element-wise, with the gradient that the compiler derives
//! and with one's own.

use std::error::Error;
use std::path::Path;

use activations::prelude::*;

mod support;

use support::network::Network;

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
    jacobians(&L2Norm);
    jacobians(&OwnNorm);
    // No relu before the norm: it could give a row of zeros, at which x/y is 0/0.
    support::rows::run(L2Norm, |norm| Network::new(norm).without_relu(), &data, folder)?;
    support::rows::run(OwnNorm, |norm| Network::new(norm).without_relu(), &data, folder)
}

/// The Jacobian beside central differences of the f64 forward pass.
fn jacobians(norm: &impl RowActivation<f64>) {
    let x = support::report::POINTS.map(f64::from);
    let jacobian = norm.jacobian(&x);
    let h = 1e-6;
    let mut worst = 0.0_f64;
    for (k, &exact) in jacobian.row(0).iter().enumerate() {
        let at = |shift: f64| {
            let (mut x, mut y) = (x, [0.0]);
            x[k] += shift;
            norm.forward(&x, x.len(), &mut y).map(|()| y[0]).expect("one row")
        };
        worst = worst.max((exact - (at(h) - at(-h)) / (2.0 * h)).abs());
    }
    println!("{}: Jacobian {jacobian:.6}, at most {worst:.1e} from a numerical one", norm.info().name);
    assert!(worst < 1e-8, "the Jacobian is wrong");
}
