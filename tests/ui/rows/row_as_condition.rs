use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    if x > 0.0 { x.sum() } else { 0.0 }
}

fn main() {}
