use activations::prelude::*;

#[activation]
pub fn double(x: impl Into<f32>) -> f32 {
    2.0 * x.into()
}

fn main() {}
