use activations::prelude::*;

#[activation]
fn f(x: f32) -> f32 {
    if sigmoid(x) > 0.5 { x + 1.0 } else { x }
}

fn main() {}
