use activations::prelude::*;

#[activation]
pub fn glob(x: f32) -> f32 {
    use crate::constants::*;
    x * SLOPE
}

mod constants {
    pub const SLOPE: f32 = 0.5;
}

fn main() {}
