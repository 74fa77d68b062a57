use activations::prelude::*;

#[activation(derivativ = |x| 1.0)]
pub fn double(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
