use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> Row<f32> {
    x.softmax()
}

fn main() {}
