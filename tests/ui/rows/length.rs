use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    x.sum() / x.len() as f32
}

fn main() {}
