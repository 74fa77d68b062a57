use activations::prelude::*;

#[activation]
pub fn spread(x: f32) -> Row<f32> {
    x
}

fn main() {}
