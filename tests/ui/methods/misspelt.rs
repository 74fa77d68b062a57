use activations::prelude::*;

#[activation]
pub fn misspelt(x: f32) -> f32 {
    x.tanhh()
}

fn main() {}
