use activations::prelude::*;

#[activation]
pub fn swish(x: f32, #[param] beta: f32) -> f32 {
    x * sigmoid(beta * x)
}

#[activation]
pub fn gated(x: f32) -> f32 {
    swish(0.5, x)
}

fn main() {}
