use activations::prelude::*;

#[activation]
pub fn wrong_suffix(x: f32) -> f32 {
    x * 2.0_f64
}

fn main() {}
