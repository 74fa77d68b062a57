use activations::prelude::*;

#[activation]
pub fn first((a, b): (f32, f32)) -> f32 {
    a
}

fn main() {}
