use activations::prelude::*;

#[activation]
pub fn unknown_function(x: f32) -> f32 {
    x * mystery(x)
}

fn main() {}
