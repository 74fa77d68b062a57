use activations::prelude::*;

#[activation]
pub fn trunc(x: f32) -> f32 {
    x - x.trunc()
}

fn main() {}
