use activations::prelude::*;

struct Gelu;

#[activation]
impl Gelu {}

fn main() {}
