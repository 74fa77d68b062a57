use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    x.sum(1)
}

fn main() {}
