use activations::prelude::*;

#[activation]
fn swish(x: f32, #[param(1.0)] beta: f32) -> f32 {
    x * sigmoid(beta * x)
}

#[activation]
fn gate(a: f32, b: f32) -> f32 {
    a * sigmoid(b)
}

#[activation]
fn wrong_arguments(x: f32, y: f32) -> f32 {
    swish(x, y) + gate(0.5, y) + gate(x) * swish(x)
}

fn main() {
    let _ = wrong_arguments(1.0, 2.0);
}
