use activations::prelude::*;

#[activation]
fn f(x: f32) -> f32 {
    let e = x.exp();
    (e + x.sin()).powi(2) - e * e - 2.0 * e * x.sin()
}

fn main() {}
