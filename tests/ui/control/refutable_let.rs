use activations::prelude::*;

#[activation]
pub fn refutable_let(x: f32) -> f32 {
    let 1.0 = x;
    x
}

fn main() {}
