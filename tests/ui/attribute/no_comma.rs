use activations::prelude::*;

#[activation(allow(jumps domain) deny(kinks))]
pub fn no_comma(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
