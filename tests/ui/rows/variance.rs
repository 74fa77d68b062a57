use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> Row<f32> {
    (x - x.mean()) / x.std()
}

fn main() {}
