use activations::prelude::*;

#[activation]
pub fn floor_as_function(x: f32) -> f32 {
    f32::floor(x)
}

fn main() {}
