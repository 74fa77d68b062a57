use activations::prelude::*;

#[activation]
pub fn constructor(x: f32) -> f32 {
    Some(x)
}

fn main() {}
