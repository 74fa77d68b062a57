use activations::prelude::*;

#[activation]
pub fn power(x: f32, #[param] n: usize) -> f32 {
    x.powi(n as i32)
}

fn main() {}
