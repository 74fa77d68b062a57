use activations::prelude::*;

#[activation]
fn f(x: f16) -> f32 {
    x as f32
}

fn main() {}
