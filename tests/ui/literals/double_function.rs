use activations::prelude::*;

#[activation]
pub fn double_function(x: f32) -> f32 {
    f64::exp(x)
}

fn main() {}
