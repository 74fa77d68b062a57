use activations::prelude::*;

#[activation]
fn wide(x: f64) -> f64 {
    x.sin()
}

#[activation]
fn f(x: f32) -> f32 {
    wide(x) + 1.0
}

fn main() {}
