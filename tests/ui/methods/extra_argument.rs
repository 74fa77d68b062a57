use activations::prelude::*;

#[activation]
pub fn extra_argument(x: f32) -> f32 {
    x.exp(2.0)
}

fn main() {}
