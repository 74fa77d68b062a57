use activations::prelude::*;

#[activation]
pub fn remainder_assign(x: f32) -> f32 {
    let mut y = x;
    y %= 2.0;
    y
}

fn main() {}
