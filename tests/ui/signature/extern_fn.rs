use activations::prelude::*;

#[activation]
pub extern "C" fn double(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
