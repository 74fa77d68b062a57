use activations::prelude::*;

#[activation]
pub fn dropped(x: f32) -> f32 {
    x * 2.0;
    x
}

fn main() {}
