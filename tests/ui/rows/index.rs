use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> Row<f32> {
    x / x[0]
}

fn main() {}
