use activations::prelude::*;

#[activation]
pub fn type_called(x: f32) -> f32 {
    f32(2) * x
}

fn main() {}
