use activations::prelude::*;

#[activation]
pub fn inner_recursion(x: f32) -> f32 {
    fn halved(v: f32) -> f32 {
        if v > 1.0 { halved(0.5 * v) } else { v }
    }
    halved(x)
}

fn main() {}
