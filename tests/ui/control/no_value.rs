use activations::prelude::*;

#[activation]
pub fn no_value(x: f32) -> f32 {
    let y = x * 2.0;
}

fn main() {}
