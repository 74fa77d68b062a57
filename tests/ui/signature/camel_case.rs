use activations::prelude::*;

#[activation]
pub fn Double(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
