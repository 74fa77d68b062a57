use activations::prelude::*;

#[activation]
pub fn scaled(x: f32, #[param(1.0, 2.0)] scale: f32) -> f32 {
    scale * x
}

fn main() {}
