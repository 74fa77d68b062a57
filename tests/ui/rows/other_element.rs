use activations::prelude::*;

#[activation]
fn f(x: Row<f32>, t: Row<f64>) -> f32 {
    x.dot(t)
}

fn main() {}
