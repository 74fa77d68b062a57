use activations::prelude::*;

#[activation(order = 4)]
pub fn double(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
