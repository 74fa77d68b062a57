use activations::prelude::*;

#[activation]
pub fn power_by_caret(x: f32) -> f32 {
    x ^ 2.0
}

fn main() {}
