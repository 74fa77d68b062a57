use activations::prelude::*;

#[activation]
pub fn glob(x: f32) -> f32 {
    use std::f32::consts::*;
    x * PI
}

fn main() {}
