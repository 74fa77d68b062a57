use activations::prelude::*;

#[activation]
pub fn cfg_element(x: f32) -> f32 {
    let mut y = 0.0;
    for weight in [0.5, #[cfg(test)] 0.25] {
        y += weight * x;
    }
    y
}

fn main() {}
