use activations::prelude::*;

#[activation]
pub fn field(x: f32) -> f32 {
    x.slope
}

fn main() {}
