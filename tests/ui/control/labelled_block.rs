use activations::prelude::*;

#[activation]
pub fn labelled_block(x: f32) -> f32 {
    'a: {
        if x > 0.0 {
            break 'a 1.0;
        }
        x
    }
}

fn main() {}
