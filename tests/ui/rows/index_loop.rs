use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i];
    }
    s.sqrt()
}

fn main() {}
