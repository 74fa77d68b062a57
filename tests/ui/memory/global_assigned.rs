use activations::prelude::*;

static mut TOTAL: f32 = 0.0;

#[activation]
pub fn global_assigned(x: f32) -> f32 {
    TOTAL = x;
    x
}

fn main() {}
