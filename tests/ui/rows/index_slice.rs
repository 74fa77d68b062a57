use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    x[1..].sum()
}

fn main() {}
