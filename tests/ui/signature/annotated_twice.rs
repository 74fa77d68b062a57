use activations::prelude::*;

#[activation(order = 2)]
#[activation]
fn annotated_twice(x: f32) -> f32 {
    x.tanh()
}

fn main() {
    let _ = annotated_twice(0.5);
}
