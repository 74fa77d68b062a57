use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    x.sort();
    x.sum()
}

fn main() {}
