use activations::prelude::*;

#[activation]
pub fn double(x: f32) -> f32
where
    f32: Copy,
{
    2.0 * x
}

fn main() {}
