use activations::prelude::*;

#[activation]
pub fn reference(x: f32) -> f32 {
    let y = &x;
    x
}

fn main() {}
