use activations::prelude::*;

#[activation]
pub fn inner_function(x: f32) -> f32 {
    fn square<T: std::ops::Mul<Output = T> + Copy>(x: T) -> T {
        x * x
    }
    square(x)
}

fn main() {}
