use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> Vec<f32> {
    x / x.sum()
}

fn main() {}
