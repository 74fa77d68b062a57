use activations::prelude::*;

#[activation]
pub fn cfg_statement(x: f32) -> f32 {
    #[cfg(test)]
    let x = 2.0 * x;
    x
}

fn main() {}
