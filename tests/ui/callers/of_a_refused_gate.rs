use activations::prelude::*;

#[activation]
pub fn gate(a: f32, b: f32) -> f32 {
    a.round() * b
}

fn main() {
    Gate.forward([&[1.0_f32], &[1.0]], &mut [0.0]).unwrap();
    println!("{}", gate(1.0, 2.0));
}