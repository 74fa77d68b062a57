use activations::prelude::*;

#[activation]
pub fn data_exponent(x: f32) -> f32 {
    2.0_f32.powi(x)
}

fn main() {}
