use activations::prelude::*;

#[activation]
pub fn misspelt_parameter(x: f32, #[param(0.5)] slope: f32) -> f32 {
    slop * x + slope
}

fn main() {}
