use activations::prelude::*;

#[activation]
pub fn multiplied(x: f32) -> f32 {
    x * (x > 0.0)
}

fn main() {}
