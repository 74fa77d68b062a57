use activations::prelude::*;

#[activation]
fn parametric(x: f32, #[param(channel, 0.25)] slope: f32) -> f32 {
    if x > 0.0 { x } else { slope * x }
}

fn main() {}
