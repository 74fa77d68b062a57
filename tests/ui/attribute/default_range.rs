use activations::prelude::*;

#[activation]
pub fn default_range(x: f32, #[param(0.0..=1.0)] slope: f32) -> f32 {
    x.max(slope * x)
}

fn main() {}
