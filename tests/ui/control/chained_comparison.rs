use activations::prelude::*;

#[activation]
pub fn chained_comparison(x: f32) -> f32 {
    if 0.0 < x < 1.0 { x } else { 0.0 }
}

fn main() {}
