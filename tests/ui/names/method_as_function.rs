use activations::prelude::*;

#[activation]
fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

fn main() {
    let _ = logistic(1.0);
}
