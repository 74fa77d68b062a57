use activations::prelude::*;

#[activation(vjp = |x, dy| dy)]
fn f(x: Row<f32>) -> Row<f32> {
    x
}

fn main() {}
