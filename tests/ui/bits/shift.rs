use activations::prelude::*;

#[activation]
pub fn shift(x: f32) -> f32 {
    x << 2
}

fn main() {}
