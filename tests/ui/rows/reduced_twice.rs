use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    let m = x.mean();
    (x - m).abs().sum().max()
}

fn main() {}
