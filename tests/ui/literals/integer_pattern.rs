use activations::prelude::*;

#[activation]
pub fn integer_pattern(x: f32) -> f32 {
    match x {
        0 => 1.0,
        v => v,
    }
}

fn main() {}
