use activations::prelude::*;

#[activation]
pub fn stepped(x: f32, #[param(0.5)] slope: f32) -> f32 {
    slope * x.floor()
}

#[activation]
pub fn outer(x: f32) -> f32 {
    stepped(2.0 * x, 0.25) + 1.0
}

fn main() {
    let mut y = [0.0_f32];
    Stepped::new(0.5).forward(&[1.0], &mut y).unwrap();
    Stepped { slope: 1.0 }.backward(&[1.0], &[1.0], &mut y).unwrap();
    Stepped::default().forward_backward(&[1.0], &[1.0], &mut [0.0], &mut y).unwrap();
    Outer.forward(&[1.0], &mut y).unwrap();
    println!("{} {}", stepped(1.0, 0.5), Stepped::INFO.name);
}