use activations::prelude::*;

#[activation]
pub fn operator_method(x: f32) -> f32 {
    x.add(1.0)
}

fn main() {}
