use activations::prelude::*;

#[activation]
pub fn and(x: f32, #[param(0.5)] p: f32) -> f32 {
    x & p
}

fn main() {}
