use activations::prelude::*;

#[activation]
pub fn counted(x: i32, #[param(0.5)] slope: f32) -> f32 {
    slope * x as f32
}

#[activation]
pub const fn constant(x: f32) -> f32 {
    2.0 * x
}

#[activation]
pub fn scored<T>(x: T) -> bool {
    x > 0.0
}

#[activation]
pub fn outer(x: f32) -> f32 {
    counted(2.0 * x, 0.25) + constant(x) + scored(x)
}

fn main() {
    let mut y = [0.0_f32];
    Counted::new(0.5).forward(&[1.0], &mut y).unwrap();
    Counted { slope: 1.0 }.backward(&[1.0], &[1.0], &mut y).unwrap();
    Constant.forward(&[1.0], &mut y).unwrap();
    Outer.forward(&[1.0], &mut y).unwrap();
    println!("{} {}", counted(1, 0.5), constant(1.0));
}
