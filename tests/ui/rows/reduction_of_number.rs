use activations::prelude::*;

#[activation]
fn f(x: f32) -> f32 {
    x / x.norm()
}

fn main() {}
