use activations::prelude::*;

#[activation]
pub fn capturing_closure(x: f32) -> f32 {
    let mut sum = 0.0;
    let add = |a: f32| {
        sum += a;
        a
    };
    add(x)
}

fn main() {}
