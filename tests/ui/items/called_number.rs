use activations::prelude::*;

#[activation]
pub fn called_number(x: f32) -> f32 {
    let y = 2.0 * x;
    y(x)
}

fn main() {}
