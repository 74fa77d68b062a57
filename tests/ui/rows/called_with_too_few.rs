use activations::prelude::*;

#[activation]
fn cosine(a: Row<f32>, b: Row<f32>) -> f32 {
    a.dot(b) / (a.norm() * b.norm())
}

#[activation]
fn f(x: Row<f32>) -> Row<f32> {
    x * cosine(x)
}

fn main() {}
