use activations::prelude::*;

#[activation]
pub fn continue_unrolled(x: f32) -> f32 {
    let mut y = x;
    for _ in 0..3 {
        if y < 1.0 {
            continue;
        }
        y *= 0.5;
    }
    y
}

fn main() {}
