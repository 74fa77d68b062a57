use activations::prelude::*;

#[activation]
pub fn three(x: f32) -> f32 {
    x.floor() + (x % 2.0) + mystery(x)
}

fn main() {}
