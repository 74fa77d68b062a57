use activations::prelude::*;

#[activation]
pub fn rem_euclid(x: f32) -> f32 {
    x.rem_euclid(2.0)
}

fn main() {}
