use activations::prelude::*;

#[activation]
pub fn jump(x: f32) -> f32 {
    if x > 1.0 { x } else { 0.0 }
}

fn main() {}
