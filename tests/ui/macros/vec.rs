use activations::prelude::*;

#[activation]
pub fn vec(x: f32) -> f32 {
    vec![x]
}

fn main() {}
