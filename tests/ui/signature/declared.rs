use activations::prelude::*;

pub trait Layer {
    #[activation]
    fn declared(x: f32) -> f32;
}

fn main() {}
