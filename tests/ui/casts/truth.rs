use activations::prelude::*;

#[activation]
pub fn truth(x: f32) -> f32 {
    (x > 0.0) as i32 as f32 * x
}

fn main() {}
