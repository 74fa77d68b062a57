use activations::prelude::*;

#[activation]
pub fn helper_arity(x: f32) -> f32 {
    sigmoid(x, 2.0)
}

fn main() {}
