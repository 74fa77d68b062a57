use activations::prelude::*;

#[activation(name = "Twice")]
pub fn double(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
