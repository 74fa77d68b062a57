use activations::prelude::*;

#[activation]
pub fn double<T>(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
