use activations::prelude::*;

const TABLE: [f32; 2] = [1.0, 0.5];

#[activation]
pub fn index(x: f32) -> f32 {
    TABLE[0] * x
}

fn main() {}
