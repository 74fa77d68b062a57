use activations::prelude::*;

#[activation]
pub fn annotated(x: f32) -> f32 {
    let y: Vec<f32> = x;
    x
}

fn main() {}
