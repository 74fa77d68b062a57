use activations::prelude::*;

#[activation]
pub fn pair(x: f32) -> (f32, f32) {
    (x, x)
}

fn main() {}
