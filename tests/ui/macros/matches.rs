use activations::prelude::*;

#[activation]
pub fn matches(x: f32) -> f32 {
    if matches!(x, 0.0..1.0) { x } else { 0.0 }
}

fn main() {}
