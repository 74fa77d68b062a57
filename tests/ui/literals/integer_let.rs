use activations::prelude::*;

#[activation]
pub fn integer_let(x: f32) -> f32 {
    let scale: f32 = 2;
    x * scale
}

fn main() {}
