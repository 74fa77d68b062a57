use activations::prelude::*;

#[activation]
pub fn await_point(x: f32) -> f32 {
    x.await
}

fn main() {}
