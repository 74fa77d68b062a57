use activations::prelude::*;

#[activation]
pub fn copysign_parameter(x: f32, #[param(0.5)] p: f32) -> f32 {
    p.copysign(x)
}

fn main() {}
