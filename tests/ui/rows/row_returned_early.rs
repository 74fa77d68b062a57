use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    if x.sum() > 0.0 {
        return x;
    }
    x.sum()
}

fn main() {}
