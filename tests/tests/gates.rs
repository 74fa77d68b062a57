//! Functions of several inputs against golden values on every instruction set.
#![allow(missing_docs)]

use activation_runtime::level::{Level, with_level};
use activations::MultiActivation;
use activations_tests::{Bits, Faults, data, is_right};
use serde_json::Value;

include!(concat!(env!("OUT_DIR"), "/gates.rs"));

#[test]
fn value_and_gradient_are_right() {
    let mut faults = Faults::default();
    visit(&mut faults);
    faults.assert_only_open();
}

/// A number, or the text of one that overflows.
fn number(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).expect("a number")
}

fn check<const N: usize>(file: &str, index: usize, kernel: &impl MultiActivation<f32, N>) -> Vec<String> {
    let json: Value = serde_json::from_str(&data(file)).expect("JSON");
    let points = json["cases"][index]["points"].as_array().expect("points");
    let x: [Vec<f32>; N] = std::array::from_fn(|i| {
        points.iter().map(|p| f32::from_hex(p["x"][i].as_str().expect("bits"))).collect()
    });
    let x: [&[f32]; N] = std::array::from_fn(|i| x[i].as_slice());
    let dy = vec![1.0_f32; points.len()];
    let mut faults = Vec::new();
    for level in Level::available() {
        let (mut y, mut both) = (vec![0.0_f32; points.len()], vec![0.0_f32; points.len()]);
        let mut dx: [Vec<f32>; N] = std::array::from_fn(|_| vec![0.0; points.len()]);
        let mut both_dx = dx.clone();
        with_level(level, || {
            kernel.forward(x, &mut y).expect("equal lengths");
            kernel.backward(x, &dy, dx.each_mut().map(Vec::as_mut_slice)).expect("equal lengths");
            let both_dx = both_dx.each_mut().map(Vec::as_mut_slice);
            kernel.forward_backward(x, &dy, &mut both, both_dx).expect("equal lengths");
        });
        if (&y, &dx) != (&both, &both_dx) {
            faults.push(format!("on {level:?}: forward_backward differs from forward and backward"));
        }
        for (i, point) in points.iter().enumerate() {
            let mut hold = |what: &str, found: f32, exact: &Value, unit: &Value| {
                let (exact, unit) = (number(exact), number(unit));
                if !is_right(found, exact, 8.0 * <f32 as Bits>::EPSILON * unit + f32::TINY) {
                    faults.push(format!("on {level:?} at {}: {what} {found:e} for {exact:e}", point["x"]));
                }
            };
            hold("value", y[i], &point["y"], &point["unit_y"]);
            for (n, dx) in dx.iter().enumerate() {
                hold(&format!("∂{n}"), dx[i], &point["d"][n], &point["unit_d"][n]);
            }
        }
    }
    faults
}
