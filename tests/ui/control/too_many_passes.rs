use activations::prelude::*;

#[activation]
pub fn too_many_passes(x: f32) -> f32 {
    let mut y = x;
    for _ in 0..1000 {
        y = y.sin();
    }
    y
}

fn main() {}
