use activations::prelude::*;

#[activation]
pub fn centred(x: Row<f32>) -> Row<f32> {
    x - x.mean().floor()
}

fn main() {
    Centred.forward(&[1.0_f32, 2.0], 2, &mut [0.0; 2]).unwrap();
    println!("{:?}", centred(&[1.0, 2.0]));
}