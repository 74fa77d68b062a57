//! The gradient checks of what the macro makes: of inputs, parameters and rows, and those that `test` asks for.
#![allow(missing_docs, unreachable_pub)]

use activations::prelude::*;
use activations::{gradcheck_inputs, gradcheck_parameters, gradcheck_rows};

/// Each of these is a test as well.
mod checked {
    use activations::prelude::*;

    #[activation(test)]
    pub fn swish(x: f32, #[param(1.5)] beta: f32) -> f32 {
        x * sigmoid(beta * x)
    }

    #[activation(test)]
    pub fn prelu(x: f32, #[param(channel)] slope: f32) -> f32 {
        if x < 0.0 { slope * x } else { x }
    }

    #[activation(test)]
    pub fn swiglu(gate: f32, up: f32) -> f32 {
        gate * sigmoid(gate) * up
    }

    #[activation(test)]
    pub fn layer_norm(x: Row<f32>, #[param(1.5)] gamma: f32) -> Row<f32> {
        let c = x - x.mean();
        gamma * c / ((c * c).mean() + 1.0e-5).sqrt()
    }

    #[activation(test)]
    pub fn softmax(x: Row<f32>) -> Row<f32> {
        x.exp() / x.exp().sum()
    }

    #[activation(test, vjp = |x, y, dy| dy * x / y)]
    pub fn own_norm(x: Row<f32>) -> f32 {
        x.norm()
    }

    #[activation(test)]
    pub fn gelu_over_norm(x: Row<f32>, t: Row<f32>) -> Row<f32> {
        gelu(x) / (1.0 + t.norm())
    }

    #[activation(test, straight_through, vjp = |x, y, dy| dy)]
    pub fn rounded(x: Row<f32>) -> Row<f32> {
        x.round()
    }

    /// Not its gradient.
    #[activation(vjp = |x, y, dy| 1.001 * dy * x / y)]
    pub fn wrong_norm(x: Row<f32>) -> f32 {
        x.norm()
    }
}
use checked::{GeluOverNorm, Prelu, Softmax, Swish, WrongNorm};

#[test]
fn what_is_right_passes_and_what_is_wrong_fails() {
    assert!(gradcheck_inputs(&Prelu, [-5.0..5.0, -1.0..1.0]).passed());
    assert!(gradcheck_parameters::<Swish, _>([0.3], -5.0..5.0).passed());
    let report = gradcheck_rows(&GeluOverNorm, [-5.0..5.0, -1.0..1.0]);
    assert!(report.passed() && report.regions.len() == 2, "{report}");
    assert!(gradcheck_rows(&Softmax, [-1000.0..1000.0]).passed());
    let report = gradcheck_rows(&WrongNorm, [-5.0..5.0]);
    assert!(!report.passed() && (1e-4..1e-3).contains(&report.regions[0].in_f64.error), "{report}");
}

/// Its derivative by the parameter is half of what it should be.
struct Scaled {
    by: f32,
}

impl Kernel for Scaled {
    const INFO: activations::Info = activations::Info::new("Scaled", "by·x", "by");
    fn value<R: activations::Real>(&self, x: R) -> R {
        x * x.constant(self.by.into())
    }
    fn derivative<R: activations::Real>(&self, x: R) -> R {
        x.constant(self.by.into())
    }
}

impl Parametric<1, 1> for Scaled {
    fn parameter_gradient<R: activations::Real>(&self, [x]: [R; 1]) -> [R; 1] {
        [x * x.constant(0.5)]
    }
    fn from_gradient([by]: [f64; 1]) -> Self {
        Self { by: by as f32 }
    }
}

#[test]
fn a_wrong_derivative_by_a_parameter_fails() {
    let report = gradcheck_parameters::<Scaled, 1>([2.0], -5.0..5.0);
    assert!(!report.passed(), "{report}");
}
