use activations::prelude::*;

#[activation]
pub fn double_constant(x: f32) -> f32 {
    x * std::f64::consts::PI
}

fn main() {}
