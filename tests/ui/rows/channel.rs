use activations::prelude::*;

#[activation]
fn f(x: Row<f32>, #[channel] b: f32) -> Row<f32> {
    x + b
}

fn main() {}
