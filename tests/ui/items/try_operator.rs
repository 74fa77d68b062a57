use activations::prelude::*;

#[activation]
pub fn try_operator(x: f32) -> f32 {
    x?
}

fn main() {}
