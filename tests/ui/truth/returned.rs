use activations::prelude::*;

#[activation]
pub fn returned(x: f32) -> f32 {
    x > 0.0
}

fn main() {}
