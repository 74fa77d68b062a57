use activations::prelude::*;

#[activation]
fn f(x: f32) -> f32 {
    1.0 / (1.0 - x.sin())
}

fn main() {}
