use activations::prelude::*;

#[activation]
pub fn not_a_number(x: f32) -> f32 {
    if x < 0.0 { f32::NAN } else { x }
}

fn main() {}
