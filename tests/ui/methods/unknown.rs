use activations::prelude::*;

#[activation]
pub fn unknown(x: f32) -> f32 {
    x.frobnicate()
}

fn main() {}
