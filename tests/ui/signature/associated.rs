use activations::prelude::*;

pub struct Layer;

impl Layer {
    const SCALE: f32 = 2.0;

    #[activation]
    pub fn associated(x: f32) -> f32 {
        Self::SCALE * x
    }
}

fn main() {}
