use activations::prelude::*;

#[activation]
pub fn deprecated(x: f32) -> f32 {
    x.abs_sub(1.0)
}

fn main() {}
