use activations::prelude::*;

#[activation]
pub fn returned_closure(x: f32) -> f32 {
    |a: f32| a * x
}

fn main() {}
