use activations::prelude::*;

#[activation]
pub fn int_unchecked(x: f32) -> f32 {
    x.to_int_unchecked()
}

fn main() {}
