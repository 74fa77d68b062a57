use activations::prelude::*;

#[activation]
fn once(x: f32) -> f32 {
    x.tanh()
}

#[activation(order = 2)]
fn twice(x: f32) -> f32 {
    x * once(x)
}

fn main() {}
