use activations::prelude::*;

#[activation]
pub fn integer(x: f32) -> f32 {
    x + 1
}

fn main() {}
