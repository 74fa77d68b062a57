use activations::prelude::*;

#[activation]
pub fn integer_first(x: f32) -> f32 {
    2 * x
}

fn main() {}
