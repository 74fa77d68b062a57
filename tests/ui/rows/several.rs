use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    let a = x[0];
    let b = x.argmax();
    a + b + x.sum().sum()
}

fn main() {}
