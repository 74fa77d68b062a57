use activations::prelude::*;

#[activation]
pub fn remainder(x: f32) -> f32 {
    x % 2.0
}

fn main() {}
