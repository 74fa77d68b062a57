use activations::prelude::*;

#[activation]
pub fn helper_as_method(x: f32) -> f32 {
    x.sigmoid()
}

fn main() {}
