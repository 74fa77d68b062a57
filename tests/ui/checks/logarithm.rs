use activations::prelude::*;

#[activation]
pub fn logarithm(x: f32) -> f32 {
    x.ln()
}

fn main() {}
