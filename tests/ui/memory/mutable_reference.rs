use activations::prelude::*;

#[activation]
pub fn mutable_reference(x: f32) -> f32 {
    let y = &mut x;
    x
}

fn main() {}
