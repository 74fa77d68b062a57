use activations::prelude::*;

#[activation]
pub fn range(x: f32) -> f32 {
    x..1.0
}

fn main() {}
