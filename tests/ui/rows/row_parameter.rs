use activations::prelude::*;

#[activation]
fn f(x: Row<f32>, #[param] w: Row<f32>) -> f32 {
    x.dot(w)
}

fn main() {}
