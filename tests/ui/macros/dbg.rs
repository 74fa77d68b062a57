use activations::prelude::*;

#[activation]
pub fn dbg(x: f32) -> f32 {
    dbg!(x)
}

fn main() {}
