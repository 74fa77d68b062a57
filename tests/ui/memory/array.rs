use activations::prelude::*;

#[activation]
pub fn array(x: f32) -> f32 {
    let pair = [x, x];
    pair + x
}

fn main() {}
