use activations::prelude::*;

#[activation]
enum Kind {
    Gelu,
}

fn main() {}
