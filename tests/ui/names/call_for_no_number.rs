use activations::prelude::*;

fn both(x: f32) -> (f32, f32) {
    (x, 2.0 * x)
}

fn positive(x: f32) -> bool {
    x > 0.0
}

fn count(x: f32) -> i32 {
    x as i32
}

#[activation]
pub fn call_for_no_number(x: f32) -> f32 {
    let (a, b) = both(x);
    if positive(x) { a + both(b).1 } else { x.powi(count(x)) }
}

fn main() {}
