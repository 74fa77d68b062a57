use activations::prelude::*;

#[activation]
pub fn round_ties_even(x: f32) -> f32 {
    x.round_ties_even()
}

fn main() {}
