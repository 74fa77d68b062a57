use activations::prelude::*;

#[activation]
pub fn integer_in_array(x: f32) -> f32 {
    const WEIGHTS: [f32; 2] = [1, 0.5];
    let [a, b] = WEIGHTS;
    a * x + b
}

fn main() {}
