use activations::prelude::*;

#[activation]
pub fn fract(x: f32, #[param(0.5)] p: f32) -> f32 {
    x.fract() * p
}

fn main() {}
