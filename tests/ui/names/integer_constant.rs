use activations::prelude::*;

const SLOPE: i32 = 2;

#[activation]
pub fn scaled(x: f32) -> f32 {
    SLOPE * x
}

fn main() {}
