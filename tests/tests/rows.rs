//! Row functions against golden values, as typed and as the textbook spells them, on every instruction set.
#![allow(missing_docs)]

use activation_runtime::level::{Level, with_level};
use activations::{MultiRowActivation, RowActivation};
use activations_tests::{Bits, Faults, data, is_right};
use serde_json::Value;

include!(concat!(env!("OUT_DIR"), "/rows.rs"));

#[test]
fn value_and_both_products_are_right() {
    let mut faults = Faults::default();
    visit(&mut faults);
    faults.assert_only_open();
}

/// Rows of one input and the exact results for them, with what one unit of error is in each.
struct Point {
    what: String,
    row: usize,
    x: Vec<Vec<f32>>,
    dy: Vec<f32>,
    v: Vec<Vec<f32>>,
    y: Exact,
    dx: Vec<Exact>,
    jvp: Exact,
}

/// Exact numbers, each with its unit of error.
struct Exact(Vec<(f64, f64)>);

impl Exact {
    fn new(numbers: &Value, units: &Value) -> Self {
        Self(list(numbers).iter().map(number).zip(list(units).iter().map(number)).collect())
    }

    /// What is not within 8ε units.
    fn faults(&self, what: &str, found: &[f32]) -> Vec<String> {
        assert_eq!(found.len(), self.0.len(), "{what}");
        let mut faults = Vec::new();
        for (i, (&found, &(exact, unit))) in found.iter().zip(&self.0).enumerate() {
            let bound = 8.0 * <f32 as Bits>::EPSILON * unit + f32::TINY;
            if !is_right(found, exact, bound) {
                let units = (f64::from(found) - exact).abs() / unit / <f32 as Bits>::EPSILON;
                faults.push(format!("{what}[{i}] {found:e} for {exact:e}, off by {units:.1} ε·unit"));
            }
        }
        faults
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// A number, or the text of one that overflows.
fn number(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).expect("a number")
}

fn floats(bits: &Value) -> Vec<f32> {
    list(bits).iter().map(|bits| f32::from_hex(bits.as_str().expect("bits"))).collect()
}

fn points(file: &str, index: usize) -> Vec<Point> {
    let json: Value = serde_json::from_str(&data(file)).expect("JSON");
    let read = |point: &Value| {
        let row = point["row"].as_u64().expect("a length") as usize;
        Point {
            what: format!("{} data, row of {row}", point["data"].as_str().expect("a kind")),
            row,
            x: list(&point["x"]).iter().map(floats).collect(),
            dy: floats(&point["dy"]),
            v: list(&point["v"]).iter().map(floats).collect(),
            y: Exact::new(&point["y"], &point["unit_y"]),
            dx: (list(&point["dx"]).iter().zip(list(&point["unit_dx"])))
                .map(|(dx, unit)| Exact::new(dx, unit))
                .collect(),
            jvp: Exact::new(&point["jvp"], &point["unit_jvp"]),
        }
    };
    list(&json["cases"][index]["points"]).iter().map(read).collect()
}

fn check_one(points: &[Point], kernel: &impl RowActivation<f32>) -> Vec<String> {
    check(points, kernel.output_len(1) == kernel.output_len(2), |point, y, dx, jvp| {
        let (x, row) = (&point.x[0], point.row);
        kernel.forward(x, row, y).expect("equal lengths");
        kernel.backward(x, row, &point.dy, &mut dx[0]).expect("equal lengths");
        kernel.jvp(x, row, &point.v[0], jvp).expect("equal lengths");
    })
}

fn check_several<const N: usize>(points: &[Point], kernel: &impl MultiRowActivation<f32, N>) -> Vec<String> {
    check(points, kernel.output_len(1) == kernel.output_len(2), |point, y, dx, jvp| {
        let [x, v] = [&point.x, &point.v].map(|rows| std::array::from_fn(|i| &*rows[i]));
        let mut dx = dx.iter_mut();
        let dx: [&mut [f32]; N] = std::array::from_fn(|_| &mut **dx.next().expect("a row for each input"));
        kernel.forward(x, point.row, y).expect("equal lengths");
        kernel.backward(x, point.row, &point.dy, dx).expect("equal lengths");
        kernel.jvp(x, point.row, v, jvp).expect("equal lengths");
    })
}

/// What is wrong with the results that `run` writes to y, dx and the tangent of y.
fn check(
    points: &[Point],
    to_scalar: bool,
    run: impl Fn(&Point, &mut [f32], &mut [Vec<f32>], &mut [f32]),
) -> Vec<String> {
    let mut faults = Vec::new();
    for level in Level::available() {
        for point in points {
            let outputs = if to_scalar { 1 } else { point.row };
            let [mut y, mut jvp] = [(); 2].map(|()| vec![0.0_f32; outputs]);
            let mut dx = vec![vec![0.0_f32; point.row]; point.x.len()];
            with_level(level, || run(point, &mut y, &mut dx, &mut jvp));
            let what = |part: &str| format!("on {level:?} of {}: {part}", point.what);
            faults.extend(point.y.faults(&what("y"), &y));
            for (n, (exact, dx)) in point.dx.iter().zip(&dx).enumerate() {
                faults.extend(exact.faults(&what(&format!("dx{n}")), dx));
            }
            faults.extend(point.jvp.faults(&what("jvp"), &jvp));
        }
    }
    faults
}
