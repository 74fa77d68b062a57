use activations::prelude::*;

#[activation]
fn f(x: Row<f32>, #[param(channel)] g: f32) -> Row<f32> {
    g * x / x.norm()
}

fn main() {}
