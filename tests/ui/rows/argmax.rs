use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    x.argmax() as f32
}

fn main() {}
