use activations::prelude::*;

#[activation]
pub fn reduction(x: f32) -> f32 {
    x.sum()
}

fn main() {}
