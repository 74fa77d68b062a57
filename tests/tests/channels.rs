//! Inputs and parameters by channel, through the macro.

use activations::channels::{Gradient, Input};
use activations::prelude::*;

/// A bias and GELU in one sweep.
#[activation]
fn bias_gelu(x: f32, #[channel] bias: f32) -> f32 {
    gelu(x + bias)
}

/// PReLU with a slope for each channel.
#[activation]
fn parametric(x: f32, #[param(channel)] slope: f32) -> f32 {
    if x > 0.0 { x } else { slope * x }
}

#[test]
fn a_bias_is_added_to_its_channel() {
    let (x, bias) = ([-1.0_f32, 0.5, 2.0, -0.25], [0.5_f32, -1.0]);
    let mut y = [0.0; 4];
    BiasGelu.forward_channels(Channels::last(2), [Input::Full(&x), Input::Channel(&bias)], &mut y).unwrap();
    let expected = [x[0] + bias[0], x[1] + bias[1], x[2] + bias[0], x[3] + bias[1]].map(gelu);
    for (found, expected) in y.iter().zip(expected) {
        assert!((found - expected).abs() <= 4.0 * f32::EPSILON * expected.abs(), "{found} for {expected}");
    }
}

#[test]
fn a_slopes_gradient_is_summed_over_its_channel() {
    let (x, slope, dy) = ([-1.0_f32, 0.5, -2.0, -0.25], [0.25_f32, 0.5], [1.0_f32, 2.0, 3.0, 4.0]);
    let (mut dx, mut dslope) = ([0.0_f32; 4], [0.0_f32; 2]);
    Parametric
        .backward_channels(
            Channels::last(2),
            [Input::Full(&x), Input::Channel(&slope)],
            &dy,
            [Gradient::Full(&mut dx), Gradient::Channel(&mut dslope)],
        )
        .unwrap();
    assert_eq!(dx, [0.25, 2.0, 0.75, 2.0]);
    // Σ dy·x where x ≤ 0: −1 − 6, and −1.
    assert_eq!(dslope, [-7.0, -1.0]);
}
