use activations::prelude::*;

#[activation]
pub fn integer_compared(x: f32) -> f32 {
    if x > 0 { x } else { 0.0 }
}

fn main() {}
