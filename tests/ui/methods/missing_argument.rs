use activations::prelude::*;

#[activation]
pub fn missing_argument(x: f32) -> f32 {
    x.max()
}

fn main() {}
