use activations::prelude::*;

#[activation]
pub fn reference_pattern(x: f32) -> f32 {
    match x {
        &v => v,
    }
}

fn main() {}
