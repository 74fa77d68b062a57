use activations::prelude::*;

#[activation]
pub fn first(x: Vec<f32>) -> f32 {
    x[0]
}

fn main() {}
