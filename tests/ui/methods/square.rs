use activations::prelude::*;

#[activation]
pub fn square(x: f32) -> f32 {
    x.square()
}

fn main() {}
