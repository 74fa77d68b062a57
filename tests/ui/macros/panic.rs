use activations::prelude::*;

#[activation]
pub fn panic(x: f32) -> f32 {
    if x > 0.0 { x } else { panic!("negative") }
}

fn main() {}
