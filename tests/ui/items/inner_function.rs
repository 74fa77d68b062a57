use activations::prelude::*;

#[activation]
pub fn inner_function(x: f32) -> f32 {
    fn square(x: f32) -> f32 {
        x * x
    }
    square(x)
}

fn main() {}
