use activations::prelude::*;

fn helper(x: f32) -> f32 {
    x * x
}

#[activation]
pub fn gated(x: f32) -> f32 {
    helper(x) + 1.0
}

fn main() {}
