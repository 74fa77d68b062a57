use activations::prelude::*;

static SLOPE: f32 = 0.5;

#[activation]
pub fn scaled(x: f32) -> f32 {
    SLOPE * x
}

fn main() {}
