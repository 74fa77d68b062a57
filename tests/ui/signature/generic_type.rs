use activations::prelude::*;

#[activation]
fn f<T: Copy>(x: T) -> T {
    x
}

fn main() {}
