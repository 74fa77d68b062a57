use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    x.iter().map(|v| v * v).sum::<f32>().sqrt()
}

fn main() {}
