//! What stands in an impl block or a trait looks to a macro like any other function: rustc says that there is no place
//! for a struct there, once for each.
use activations::prelude::*;

struct Model;

impl Model {
    #[activation]
    pub fn squash(x: f32) -> f32 {
        x / (1.0 + x.abs())
    }

    #[activation]
    fn rounded(x: f32) -> f32 {
        x.floor()
    }
}

trait Layer {
    #[activation]
    fn bend(x: f32, #[param(0.1)] slope: f32) -> f32 {
        x.max(slope * x)
    }

    #[activation]
    fn rows(x: Row<f32>) -> Row<f32> {
        x / x.sum()
    }
}

impl Layer for Model {}

fn main() {}
