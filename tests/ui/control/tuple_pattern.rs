use activations::prelude::*;

#[activation]
pub fn tuple_pattern(x: f32) -> f32 {
    match x {
        (a, _) => a,
        _ => x,
    }
}

fn main() {}
