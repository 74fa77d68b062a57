use activations::prelude::*;

#[activation]
fn divided_in_place(x: f32) -> f32 {
    let mut y = x;
    y /= x - 1.0;
    y
}

fn main() {
    let _ = divided_in_place(0.5);
}
