use activations::prelude::*;

#[activation]
pub fn unknown_constant(x: f32) -> f32 {
    SLOPE * x
}

fn main() {}
