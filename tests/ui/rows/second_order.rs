use activations::prelude::*;

#[activation(order = 2)]
fn f(x: Row<f32>) -> Row<f32> {
    x * x
}

fn main() {}
