use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    let e = x.exp();
    e / e.sum()
}

fn main() {}
