use activations::prelude::*;

#[activation]
fn f(x: f32) -> f32 {
    let b = Box::new(x);
    *b
}

fn main() {}
