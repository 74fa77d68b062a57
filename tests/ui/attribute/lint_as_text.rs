use activations::prelude::*;

#[activation(deny("kinks"))]
pub fn lint_as_text(x: f32) -> f32 {
    2.0 * x
}

fn main() {}
