use activations::prelude::*;

#[activation(vjp = |x, t, y, dy| dy * t)]
fn f(x: Row<f32>, t: Row<f32>) -> f32 {
    x.dot(t)
}

fn main() {}
