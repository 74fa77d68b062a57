use activations::prelude::*;

struct Point {
    x: f32,
    y: f32,
}

#[activation]
pub fn structure(x: f32) -> f32 {
    Point { x, y: 1.0 }
}

fn main() {}
