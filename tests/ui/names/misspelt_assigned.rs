use activations::prelude::*;

#[activation]
pub fn misspelt_assigned(x: f32) -> f32 {
    let mut total = x;
    totl += 1.0;
    total
}

fn main() {}
