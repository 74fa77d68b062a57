use activations::prelude::*;

#[activation]
fn f32(x: f32) -> f32 {
    x * sigmoid(x)
}

#[activation(name = u8)]
fn byte(x: f32) -> f32 {
    x.tanh()
}

fn main() {
    let _ = f32(1.0) + f32::tanh(byte(0.5));
}
