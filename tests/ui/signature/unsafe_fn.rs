use activations::prelude::*;

#[activation]
pub unsafe fn double(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
