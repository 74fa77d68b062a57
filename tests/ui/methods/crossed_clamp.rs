use activations::prelude::*;

#[activation]
pub fn crossed_clamp(x: f32) -> f32 {
    x.clamp(1.0, -1.0)
}

fn main() {}
