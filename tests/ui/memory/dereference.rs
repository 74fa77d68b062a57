use activations::prelude::*;

#[activation]
pub fn dereference(x: f32) -> f32 {
    *x
}

fn main() {}
