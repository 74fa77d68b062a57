use activations::prelude::*;

#[activation]
pub fn unsafe_block(x: f32) -> f32 {
    unsafe { x }
}

fn main() {}
