use activations::prelude::*;

#[activation]
pub fn from_numpy(x: f32) -> f32 {
    x.log1p()
}

fn main() {}
