use activations::prelude::*;

fn of_two(x: f32, y: f32) -> f32 {
    x * y
}

fn wide(x: f64) -> f64 {
    2.0 * x
}

fn right(x: f32) -> f32 {
    2.0 * x
}

#[activation(derivative = of_two)]
fn given_two(x: f32) -> f32 {
    x * x
}

#[activation(derivative = wide)]
fn given_wide(x: f32) -> f32 {
    x * x
}

#[activation(derivative = missing)]
fn given_nothing(x: f32) -> f32 {
    x * x
}

#[activation(derivative = |x| right(x) + missing_too(x))]
fn given_half(x: f32) -> f32 {
    x * x
}

#[activation(derivative = |x| of_two(x, 2.0))]
fn given_constant(x: f32) -> f32 {
    x * x
}

#[activation(derivative = right)]
fn given_right(x: f32) -> f32 {
    x * x
}

fn main() {
    let _ = (GivenTwo, GivenWide, GivenNothing, GivenHalf, GivenConstant, GivenRight);
}
