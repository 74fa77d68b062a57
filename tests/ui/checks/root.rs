use activations::prelude::*;

#[activation]
pub fn root(x: f32) -> f32 {
    (x - 1.0).sqrt()
}

fn main() {}
