use activations::prelude::*;

#[activation]
pub fn number_as_condition(x: f32) -> f32 {
    if x { x } else { 0.0 }
}

fn main() {}
