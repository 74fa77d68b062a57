use activations::prelude::*;

#[activation]
pub fn dropped_in_loop(x: f32) -> f32 {
    for _ in 0..3 {
        x.exp();
    }
    x
}

fn main() {}
