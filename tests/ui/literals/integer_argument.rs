use activations::prelude::*;

#[activation]
pub fn integer_argument(x: f32) -> f32 {
    x.max(0)
}

fn main() {}
