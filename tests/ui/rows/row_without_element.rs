use activations::prelude::*;

#[activation]
fn f(x: Row) -> Row {
    x
}

fn main() {}
