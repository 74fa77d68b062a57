use activations::prelude::*;

#[activation]
fn f(x: Row<f32>, t: Row<f32>) -> f32 {
    x.iter().zip(t.iter()).map(|(a, b)| a * b).sum()
}

fn main() {}
