use activations::prelude::*;

#[activation]
pub fn unstable_lerp(x: f32) -> f32 {
    x.lerp(1.0, 0.5)
}

fn main() {}
