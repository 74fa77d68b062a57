use activations::prelude::*;

#[activation]
pub struct Gelu;

fn main() {}
