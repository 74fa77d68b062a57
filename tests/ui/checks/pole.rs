use activations::prelude::*;

#[activation]
pub fn pole(x: f32) -> f32 {
    1.0 / x
}

fn main() {}
