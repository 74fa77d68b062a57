use activations::prelude::*;

#[activation]
pub fn double_let(x: f32) -> f32 {
    let y: f64 = 1.0;
    x
}

fn main() {}
