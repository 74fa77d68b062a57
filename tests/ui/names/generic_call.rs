use activations::prelude::*;

#[activation]
pub fn swish(x: f32) -> f32 {
    x * sigmoid(x)
}

#[activation]
pub fn generic_call(x: f32) -> f32 {
    swish::<f32>(x)
}

fn main() {}
