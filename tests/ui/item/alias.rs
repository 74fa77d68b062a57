use activations::prelude::*;

#[activation]
type Gelu = f32;

fn main() {}
