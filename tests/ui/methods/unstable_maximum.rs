use activations::prelude::*;

#[activation]
pub fn unstable_maximum(x: f32) -> f32 {
    x.maximum(0.0)
}

fn main() {}
