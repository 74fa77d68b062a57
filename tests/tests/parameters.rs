//! Gradients of trainable parameters against golden values on every instruction set.
#![allow(missing_docs)]

use activation_runtime::level::{Level, with_level};
use activations::Trainable;
use activations_tests::{Bits, Faults, data};
use serde_json::Value;

include!(concat!(env!("OUT_DIR"), "/parameters.rs"));

fn floats(list: &Value) -> Vec<f32> {
    let bits = list.as_array().expect("a list").iter().map(|v| v.as_str().expect("bits"));
    bits.map(f32::from_hex).collect()
}

/// The gradients of a kernel by the names of its parameters: of x, dy, and room for dx.
type Gradient = dyn Fn(&[f32], &[f32], &mut [f32]) -> Vec<(&'static str, f64)>;

#[test]
fn parameter_gradients_are_right() {
    let mut faults = Faults::default();
    visit(|name, folder, index, gradient| {
        let json: Value = serde_json::from_str(&data(&format!("{folder}/params.json"))).expect("JSON");
        let case = &json["cases"][index];
        let (x, dy) = (floats(&case["x"]), floats(&case["dy"]));
        let mut found = Vec::new();
        for level in Level::available() {
            let mut dx = vec![0.0_f32; x.len()];
            for (parameter, sum) in with_level(level, || gradient(&x, &dy, &mut dx)) {
                // Not every parameter has a golden gradient.
                let Some(exact) = case["gradient"][parameter].as_f64() else { continue };
                let unit = case["unit"][parameter].as_f64().expect("unit");
                let right = (sum - exact).abs() <= 8.0 * <f32 as Bits>::EPSILON * unit;
                if !right {
                    found.push(format!("on {level:?}: ∂{parameter} {sum:e} for {exact:e}, unit {unit:e}"));
                }
            }
        }
        faults.record(&format!("{name} parameters"), found);
    });
    faults.assert_only_open();
}

/// Where a step of the formula overflows, the terms are computed again: here beside the gradients in closed form.
mod far_out {
    use activations::prelude::*;

    #[activation]
    pub(crate) fn root(x: f32, #[param(1.0)] a: f32) -> f32 {
        x / (1.0 + a * x * x).sqrt()
    }

    #[activation]
    pub(crate) fn through_a_call(x: f32, #[param(2.0)] b: f32) -> f32 {
        b * root(x, 1.0)
    }

    #[test]
    fn gradients_are_right_where_the_formula_overflows() {
        for x in [-3e38_f32, -1e30, 1e20, 2.5e19, 7.0, 1e-3, 1e-20] {
            let slope = |wide: f64| -wide.powi(3) / (2.0 * (1.0 + wide * wide).powf(1.5));
            let exact = slope(f64::from(x));
            let gradient = Root::default().backward_params(&[x], &[1.0], &mut [0.0]).expect("equal lengths");
            let error = (f64::from(gradient.a) - exact).abs();
            assert!(error <= 5e-7 * exact.abs() + 1e-37, "{} at {x:e} for {exact:e}", gradient.a);

            let exact = f64::from(x) / f64::from(x).hypot(1.0);
            let gradient = ThroughACall::default().backward_params(&[x], &[1.0], &mut [0.0]);
            let found = f64::from(gradient.expect("equal lengths").b);
            assert!((found - exact).abs() <= 5e-7 * exact.abs(), "{found} at {x:e} for {exact:e}");
        }
    }
}
