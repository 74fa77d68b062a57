use activations::prelude::*;

mod settings {
    pub static SLOPE: f32 = 0.5;
}

#[activation]
pub fn static_by_path(x: f32) -> f32 {
    settings::SLOPE * x
}

fn main() {}
