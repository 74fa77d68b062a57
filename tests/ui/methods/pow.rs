use activations::prelude::*;

#[activation]
pub fn pow(x: f32) -> f32 {
    x.pow(2.0)
}

fn main() {}
