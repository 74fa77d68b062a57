use activations::prelude::*;

const STEPS: usize = 3;
const HARD: bool = true;
const RANGE: (f32, f32) = (-1.0, 1.0);

#[activation]
pub fn constants_of_other_types(x: f32) -> f32 {
    let (low, high) = RANGE;
    let n: usize = STEPS;
    let mut y = x;
    for _ in 0..n {
        y = y.sin();
    }
    if HARD && x > 0.0 { y.clamp(low, high) } else { y }
}

fn main() {}
