use activations::prelude::*;

#[activation]
pub fn arcsin(x: f32) -> f32 {
    (0.5 * x.tanh()).arcsin()
}

fn main() {}
