use activations::prelude::*;

#[activation]
pub fn from(x: f32) -> f32 {
    f32::from(x)
}

fn main() {}
