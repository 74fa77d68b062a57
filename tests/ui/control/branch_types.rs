use activations::prelude::*;

#[activation]
pub fn branch_types(x: f32) -> f32 {
    if x > 0.0 { x } else { (x, x) }
}

fn main() {}
