use activations::prelude::*;

#[activation]
pub fn several(x: f32) -> f32 {
    x.tanhh() + x.sigmiod() * x.floor()
}

fn main() {}
