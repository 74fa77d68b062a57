use activations::prelude::*;

#[activation]
pub fn constant(#[param] p: f32) -> f32 {
    p
}

fn main() {}
