use activations::prelude::*;

#[activation]
pub fn data_bound(x: f32) -> f32 {
    let mut y = x;
    for _ in 0..x {
        y = y.sin();
    }
    y
}

fn main() {}
