use activations::prelude::*;

#[activation]
fn f(x: Row<f32>, t: Row<f32>) -> f32 {
    x.sum()
}

fn main() {}
