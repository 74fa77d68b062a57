use activations::prelude::*;

const SLOPE: f64 = 2.0;

#[activation]
pub fn scaled(x: f32) -> f32 {
    SLOPE * x
}

fn main() {}
