use activations::prelude::*;

#[activation]
pub fn constant(_: f32) -> f32 {
    1.0
}

fn main() {}
