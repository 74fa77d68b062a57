use activations::prelude::*;

#[activation]
fn rms_norm(x: Row<f32>) -> Row<f32> {
    x / ((x * x).mean() + 1.0e-6).sqrt()
}

#[activation]
fn f(x: f32) -> f32 {
    rms_norm(x)
}

fn main() {}
