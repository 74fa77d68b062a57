use activations::prelude::*;

#[activation]
pub fn let_else(x: f32) -> f32 {
    let y @ 0.0..=1.0 = x else {
        return 0.0;
    };
    y
}

fn main() {}
