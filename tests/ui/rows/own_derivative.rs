use activations::prelude::*;

#[activation(derivative = |x| x)]
fn f(x: Row<f32>) -> Row<f32> {
    x * x
}

fn main() {}
