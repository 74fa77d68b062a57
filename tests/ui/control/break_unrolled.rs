use activations::prelude::*;

#[activation]
pub fn break_unrolled(x: f32) -> f32 {
    let mut y = x;
    for _ in 0..3 {
        y *= 0.5;
        if y < 1.0 {
            break;
        }
    }
    y
}

fn main() {}
