use activations::prelude::*;

#[activation]
pub fn into(x: f32) -> f32 {
    let y: f64 = x.into();
    y as f32
}

fn main() {}
