use activations::prelude::*;

#[activation]
pub fn misspelt_input(input: f32) -> f32 {
    2.0 * x
}

fn main() {}
