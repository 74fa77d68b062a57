use activations::prelude::*;

#[activation]
pub fn positive(x: f32) -> bool {
    x > 0.0
}

fn main() {}
