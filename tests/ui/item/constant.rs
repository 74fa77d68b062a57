use activations::prelude::*;

#[activation]
const SLOPE: f32 = 0.5;

fn main() {}
