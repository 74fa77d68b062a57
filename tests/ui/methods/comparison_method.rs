use activations::prelude::*;

#[activation]
pub fn comparison_method(x: f32) -> f32 {
    if x.lt(&0.0) { 0.0 } else { x }
}

fn main() {}
