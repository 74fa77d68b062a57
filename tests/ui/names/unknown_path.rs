use activations::prelude::*;

mod acts {}

#[activation]
pub fn unknown_path(x: f32) -> f32 {
    crate::acts::swish(x, 0.5)
}

fn main() {}
