use activations::prelude::*;

#[activation]
pub fn swish(x: f32) -> f32 {
    x * sigmoid(x)
}

#[activation]
pub fn function_in_variable(x: f32) -> f32 {
    let f = swish;
    f(x) + 1.0
}

fn main() {}
