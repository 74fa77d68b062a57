use activations::prelude::*;

#[activation]
pub fn double(x: i32) -> f32 {
    2.0 * x as f32
}

fn main() {}
