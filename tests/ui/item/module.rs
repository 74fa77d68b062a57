use activations::prelude::*;

#[activation]
mod acts {}

fn main() {}
