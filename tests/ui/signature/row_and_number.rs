use activations::prelude::*;

#[activation]
pub fn scaled(x: Row<f32>, y: f32) -> Row<f32> {
    x * y
}

fn main() {}
