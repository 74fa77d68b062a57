use activations::prelude::*;

#[activation]
pub fn truth_pattern(x: f32) -> f32 {
    match x {
        true => 1.0,
        _ => x,
    }
}

fn main() {}
