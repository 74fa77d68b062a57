use activations::prelude::*;

#[activation]
fn f(x: f32) -> f32 {
    let twice = |g: fn(f32) -> f32, v: f32| g(g(v));
    twice(f32::tanh, x)
}

fn main() {}
