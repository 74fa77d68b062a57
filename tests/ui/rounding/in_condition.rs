use activations::prelude::*;

#[activation]
pub fn in_condition(x: f32) -> f32 {
    if x.floor() > 0.0 { x } else { 0.0 }
}

fn main() {}
