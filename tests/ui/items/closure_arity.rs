use activations::prelude::*;

#[activation]
pub fn closure_arity(x: f32) -> f32 {
    let f = |a: f32| a * x;
    f(x, 1.0)
}

fn main() {}
