use activations::prelude::*;

#[activation]
pub fn assert(x: f32) -> f32 {
    assert!(x > 0.0);
    x
}

fn main() {}
