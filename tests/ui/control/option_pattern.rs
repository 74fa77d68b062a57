use activations::prelude::*;

#[activation]
pub fn option_pattern(x: f32) -> f32 {
    match x {
        Some(v) => v,
        _ => x,
    }
}

fn main() {}
