use activations::prelude::*;

#[activation]
fn f(x: Row<f32>) -> Row<f32> {
    let m = x.mean();
    x.iter().map(|v| v - m).collect()
}

fn main() {}
