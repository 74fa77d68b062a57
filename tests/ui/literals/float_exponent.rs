use activations::prelude::*;

#[activation]
pub fn float_exponent(x: f32) -> f32 {
    x.powi(2.0)
}

fn main() {}
