use activations::prelude::*;

#[activation]
pub fn div_euclid(x: f32) -> f32 {
    x.div_euclid(2.0)
}

fn main() {}
