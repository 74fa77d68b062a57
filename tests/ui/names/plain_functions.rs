use activations::prelude::*;

mod shapes {
    pub fn bump(x: f32, width: f32) -> f32 {
        (-x * x / width).exp()
    }
}

fn cubed(x: f32) -> f32 {
    x * x * x
}

#[activation]
fn by_path(x: f32) -> f32 {
    crate::shapes::bump(x, 2.0) * x.floor()
}

#[activation]
fn imported(x: f32) -> f32 {
    use shapes::bump as gaussian;
    gaussian(x, 2.0) + cubed(x) * cubed(-x)
}

#[activation(derivative = cubed, order = 2)]
fn as_derivative(x: f32) -> f32 {
    x.round()
}

fn main() {
    #[activation]
    fn local(x: f32) -> f32 {
        cubed(x)
    }
    let _ = by_path(1.0) + imported(1.0) + as_derivative(1.0) + local(1.0);
}
