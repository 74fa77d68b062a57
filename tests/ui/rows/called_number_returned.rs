use activations::prelude::*;

#[activation]
fn l2_norm(x: Row<f32>) -> f32 {
    x.norm()
}

#[activation]
fn f(x: Row<f32>) -> Row<f32> {
    2.0 * l2_norm(x)
}

fn main() {}
