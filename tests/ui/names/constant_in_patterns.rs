use activations::prelude::*;

const LOW: i32 = 1;
const HIGH: f64 = 2.0;

#[activation]
pub fn constant_in_patterns(x: f32) -> f32 {
    match x {
        v if v > LOW => v,
        HIGH.. => 1.0,
        MISSING => 2.0,
        _ => 1.0,
    }
}

fn main() {}
