use activations::prelude::*;

#[activation]
pub fn misspelt_helper(x: f32) -> f32 {
    x.geluu()
}

fn main() {}
