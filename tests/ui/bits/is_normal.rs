use activations::prelude::*;

#[activation]
pub fn is_normal(x: f32) -> f32 {
    if x.is_normal() { x } else { 0.0 }
}

fn main() {}
