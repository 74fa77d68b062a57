//! Row functions of the corpora beside their exact values, interpreted: all that the expansion does but the code itself.

mod random;

use std::collections::HashSet;
use std::fmt::Write as _;

use activation_runtime::row::{Precision, Shape, ToRow, ToScalar};
use proc_macro2::TokenStream;
use serde_json::Value;

use super::interpret::{
    Adaptive, Bounded, Double, Extended, INPUTS, Interpreted, Own, Program, Short, apply, programs,
};
use super::{derive, precision};
use crate::diagnostic::Diagnostics;
use crate::function::Function;
use crate::{lower, parse};

/// ε of f32.
const EPSILON: f64 = 1.0 / (1 << 24) as f64;

#[test]
fn value_and_both_products_are_right() {
    let open = include_str!("../../../tests/data/open.txt");
    let open: HashSet<&str> = open.lines().collect();
    let mut wrong = String::new();
    for text in [
        include_str!("../../../tests/data/rows/cases.json"),
        include_str!("../../../tests/data/survey/rows.json"),
    ] {
        let json: Value = serde_json::from_str(text).unwrap();
        for case in list(&json["cases"]) {
            for (spelling, body) in [("typed", "rust"), ("naive", "rust_naive")] {
                let Some(body) = case[body].as_str() else { continue };
                let name = format!("{} ({spelling}) row", case["name"].as_str().unwrap());
                let faults = faults(&function(case, body), list(&case["points"]));
                match (faults.first(), open.contains(name.as_str())) {
                    (Some(fault), false) => {
                        let _ = writeln!(wrong, "{name}: {} faults, such as\n    {fault}", faults.len());
                    }
                    (None, true) => {
                        let _ = writeln!(wrong, "{name}: right by now, so strike it from open.txt");
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A number, or the text of one that overflows.
fn numbers(value: &Value) -> Vec<f64> {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap();
    list(value).iter().map(number).collect()
}

fn floats(bits: &Value) -> Vec<f32> {
    let float = |bits: &Value| u32::from_str_radix(bits.as_str().unwrap(), 16).map(f32::from_bits);
    list(bits).iter().map(|bits| float(bits).unwrap()).collect()
}

/// The function of a case with this body, lowered.
fn function(case: &Value, body: &str) -> Function {
    let inputs = list(&case["inputs"]).iter().map(|input| format!("{}: Row<f32>", input.as_str().unwrap()));
    let parameters = list(&case["params"])
        .iter()
        .map(|p| format!("#[param({:?})] {}: f32", p[1].as_f64().unwrap(), p[0].as_str().unwrap()));
    let arguments: Vec<String> = inputs.chain(parameters).collect();
    let output = if case["out"] == "row" { "Row<f32>" } else { "f32" };
    let item = format!("fn f({}) -> {output} {{ {body} }}", arguments.join(", "));
    lowered(&item).unwrap()
}

/// A function from its source, unless it is refused.
fn lowered(source: &str) -> Option<Function> {
    let mut diagnostics = Diagnostics::new();
    let signature = parse::parse(TokenStream::default(), source.parse().unwrap(), &mut diagnostics);
    let function = lower::lower(signature.unwrap(), &mut diagnostics);
    super::check(&function, &mut diagnostics);
    diagnostics.finish().is_none().then_some(function)
}

/// What is wrong at these points.
fn faults(function: &Function, points: &[Value]) -> Vec<String> {
    let derived = derive(function);
    let programs = programs(function, &derived);
    let precision = precision::precision(function, &derived);
    let run = if function.signature.returns_row { run::<ToRow> } else { run::<ToScalar> };
    let mut faults = Vec::new();
    for point in points {
        for (method, keys) in [["y", "unit_y"], ["dx", "unit_dx"], ["jvp", "unit_jvp"]].iter().enumerate() {
            let found = run(&programs, method, precision[method], point);
            let [exact, unit] = keys.map(|key| match &point[key] {
                Value::Array(rows) if rows.iter().any(Value::is_array) => {
                    rows.iter().flat_map(numbers).collect()
                }
                row => numbers(row),
            });
            for (i, ((&found, exact), unit)) in found.iter().zip(exact).zip(unit).enumerate() {
                let error = (f64::from(found) - exact).abs();
                let overflows = exact.abs() > f64::from(f32::MAX) && found.is_infinite();
                if !(error <= 8.0 * EPSILON * unit + f64::from(f32::MIN_POSITIVE) || overflows) {
                    faults.push(format!(
                        "{} data, row of {}, in {:?}: {}[{i}] {found:e} for {exact:e}, off by {:.1} ε·unit",
                        point["data"].as_str().unwrap_or_default(),
                        point["row"],
                        precision[method],
                        keys[0],
                        error / unit / EPSILON
                    ));
                }
            }
        }
    }
    faults
}

/// The outputs of a method at a point.
fn run<O: Shape>(programs: &[Program; 3], method: usize, precision: Precision, point: &Value) -> Vec<f32> {
    let row = point["row"].as_u64().unwrap() as usize;
    let rows = |key: &str| {
        let rows = list(&point[key]).iter().map(floats).chain(std::iter::repeat(vec![0.0; row]));
        rows.take(INPUTS).collect::<Vec<_>>()
    };
    let mut numbers = rows("x");
    match method {
        1 => numbers.push(floats(&point["dy"])),
        2 => numbers.extend(rows("v")),
        _ => {}
    }
    match precision {
        Precision::Own => apply(&Interpreted::<O, _>::new(programs, Own), method, &numbers, row),
        Precision::Short => apply(&Interpreted::<O, _>::new(programs, Short), method, &numbers, row),
        Precision::Double => apply(&Interpreted::<O, _>::new(programs, Double), method, &numbers, row),
        Precision::Adaptive => apply(&Interpreted::<O, _>::new(programs, Adaptive), method, &numbers, row),
        Precision::Bounded => apply(&Interpreted::<O, _>::new(programs, Bounded), method, &numbers, row),
        Precision::Extended => apply(&Interpreted::<O, _>::new(programs, Extended), method, &numbers, row),
    }
}
