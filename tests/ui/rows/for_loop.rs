use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> f32 {
    let mut s = 0.0;
    for v in x {
        s += v * v;
    }
    s.sqrt()
}

fn main() {}
