use activations::prelude::*;

#[activation]
pub fn recursion(x: f32) -> f32 {
    if x > 1.0 { recursion(x - 1.0) } else { x }
}

fn main() {}
