use activations::prelude::*;

#[activation(derivative = |x| x.tanhh())]
pub fn double(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
