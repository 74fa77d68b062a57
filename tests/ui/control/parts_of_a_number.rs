use activations::prelude::*;

#[activation]
pub fn parts_of_a_number(x: f32) -> f32 {
    let (sign, size) = x.abs();
    sign * size
}

fn main() {}
