use activations::prelude::*;

#[activation]
pub fn double(x: f32) -> f64 {
    x.into()
}

fn main() {}
