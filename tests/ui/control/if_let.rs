use activations::prelude::*;

#[activation]
pub fn if_let(x: f32) -> f32 {
    if let 0.0 = x { 1.0 } else { x }
}

fn main() {}
