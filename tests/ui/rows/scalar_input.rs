use activations::prelude::*;

#[activation]
fn f(x: Row<f32>, t: f32) -> Row<f32> {
    x / t
}

fn main() {}
