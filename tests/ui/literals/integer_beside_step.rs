use activations::prelude::*;

#[activation]
pub fn integer_beside_step(x: f32) -> f32 {
    x.floor() + 1
}

fn main() {}
