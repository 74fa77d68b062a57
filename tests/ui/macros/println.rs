use activations::prelude::*;

#[activation]
pub fn println(x: f32) -> f32 {
    println!("{x}");
    x
}

fn main() {}
