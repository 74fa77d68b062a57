use activations::prelude::*;

#[activation(deny(kink))]
pub fn double(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
