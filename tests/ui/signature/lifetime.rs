use activations::prelude::*;

#[activation]
fn f<'a>(x: &'a f32) -> f32 {
    *x
}

fn main() {}
