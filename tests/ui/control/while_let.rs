use activations::prelude::*;

#[activation]
fn f(x: f32) -> f32 {
    let mut y = x;
    while let Some(z) = half(y) {
        y = z;
    }
    y
}

fn half(x: f32) -> Option<f32> {
    (x > 1.0).then_some(0.5 * x)
}

fn main() {}
