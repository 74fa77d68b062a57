use activations::prelude::*;

#[activation]
fn f(mut x: Row<f32>) -> Row<f32> {
    x[0] = 1.0;
    x
}

fn main() {}
