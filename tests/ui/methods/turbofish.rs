use activations::prelude::*;

#[activation]
pub fn turbofish(x: f32) -> f32 {
    x.max::<f32>(0.0)
}

fn main() {}
