use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    x.meen()
}

fn main() {}
