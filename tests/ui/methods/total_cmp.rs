use activations::prelude::*;

#[activation]
pub fn total_cmp(x: f32) -> f32 {
    x.total_cmp(&0.0)
}

fn main() {}
