use activations::prelude::*;

#[activation]
pub fn async_block(x: f32) -> f32 {
    async { x }
}

fn main() {}
