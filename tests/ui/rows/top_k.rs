use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    x.topk(5).sum()
}

fn main() {}
