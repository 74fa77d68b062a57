use activations::prelude::*;

#[activation]
pub fn copysign(x: f32) -> f32 {
    1.0_f32.copysign(x)
}

fn main() {}
