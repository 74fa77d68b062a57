use activations::prelude::*;

#[activation]
fn f(x: f32) -> f32 {
    std::cmp::max(x, 0.0)
}

fn main() {}
