use activations::prelude::*;

const TERMS: usize = 4;

#[activation]
pub fn hidden_bound(x: f32) -> f32 {
    let mut y = x;
    for _ in 0..TERMS {
        y = y.sin();
    }
    y
}

fn main() {}
