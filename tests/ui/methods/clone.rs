use activations::prelude::*;

#[activation]
pub fn clone(x: f32) -> f32 {
    x.clone() * x
}

fn main() {}
