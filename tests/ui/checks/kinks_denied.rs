use activations::prelude::*;

#[activation(deny(kinks))]
pub fn kinks_denied(x: f32) -> f32 {
    x.max(0.0)
}

fn main() {}
