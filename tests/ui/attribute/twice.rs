use activations::prelude::*;

#[activation(order = 1, order = 2)]
pub fn double(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
