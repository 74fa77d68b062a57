use activations::prelude::*;

#[activation]
pub fn integer_variable(x: f32) -> f32 {
    let n = 3;
    x * n
}

fn main() {}
