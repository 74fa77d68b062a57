use activations::prelude::*;

#[activation]
pub fn not(x: f32) -> f32 {
    !x
}

fn main() {}
