use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    let r = &x;
    r.sum()
}

fn main() {}
