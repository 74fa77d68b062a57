use activations::prelude::*;

#[activation]
pub fn ternary(x: f32) -> f32 {
    x > 0.0 ? x : 0.0
}

#[activation]
pub fn outer(x: f32) -> f32 {
    ternary(2.0 * x) + 1.0
}

fn main() {
    Outer.forward(&[1.0], &mut [0.0_f32]).unwrap();
    Ternary.forward(&[1.0], &mut [0.0_f32]).unwrap();
}
