use activations::prelude::*;

#[activation]
pub fn constant(x: f32) -> f32 {
    1.0
}

fn main() {}
