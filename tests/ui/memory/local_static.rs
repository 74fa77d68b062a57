use activations::prelude::*;

#[activation]
pub fn local_static(x: f32) -> f32 {
    static SLOPE: f32 = 1.0;
    x * SLOPE
}

fn main() {}
