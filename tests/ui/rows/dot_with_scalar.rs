use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    x.dot(x.mean())
}

fn main() {}
