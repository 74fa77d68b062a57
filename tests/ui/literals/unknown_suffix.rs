use activations::prelude::*;

#[activation]
pub fn unknown_suffix(x: f32) -> f32 {
    2x + 0.5f
}

fn main() {}
