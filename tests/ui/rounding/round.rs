use activations::prelude::*;

#[activation]
pub fn round(x: f32) -> f32 {
    (4.0 * x).round() / 4.0
}

fn main() {}
