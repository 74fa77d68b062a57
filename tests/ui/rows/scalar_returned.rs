use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> Row<f32> {
    let n = x.norm();
    n / (1.0 + n)
}

fn main() {}
