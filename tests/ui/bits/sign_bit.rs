use activations::prelude::*;

#[activation]
pub fn sign_bit(x: f32) -> f32 {
    if x.is_sign_negative() { 0.0 } else { x }
}

fn main() {}
