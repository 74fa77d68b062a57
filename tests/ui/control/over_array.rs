use activations::prelude::*;

const COEFFICIENTS: [f32; 2] = [1.0, 0.5];

#[activation]
pub fn over_array(x: f32) -> f32 {
    let mut y = x;
    for c in COEFFICIENTS {
        y = y * x + c;
    }
    y
}

fn main() {}
