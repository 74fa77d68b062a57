use activations::prelude::*;

#[activation]
fn f(x: Row<i32>) -> Row<i32> {
    x
}

fn main() {}
