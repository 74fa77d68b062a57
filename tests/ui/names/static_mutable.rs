use activations::prelude::*;

static mut SLOPE: f32 = 0.5;

#[activation]
pub fn static_mutable(x: f32) -> f32 {
    SLOPE * x
}

fn main() {}
