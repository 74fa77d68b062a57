use activations::prelude::*;

#[activation]
pub fn product(x: f32, #[param] scale: f64) -> f32 {
    x * scale as f32
}

fn main() {}
