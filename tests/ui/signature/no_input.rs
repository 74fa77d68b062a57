use activations::prelude::*;

#[activation]
pub fn constant() -> f32 {
    1.0
}

fn main() {}
