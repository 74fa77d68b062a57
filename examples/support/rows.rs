//! The whole course for an activation of rows with one output: introduce it, train with it, plot.

use std::error::Error;
use std::path::Path;

use activations::prelude::*;

use super::data::Data;
use super::network::{Network, Rowwise};
use super::report::POINTS;
use super::{plot, report};

/// Prints formula and gradient, trains the network that `build` makes, prints the losses and writes the plots.
pub fn run<K: RowActivation<f32> + RowActivation<f64>>(
    kernel: K,
    build: impl Fn(Rowwise<K>) -> Network<Rowwise<K>>,
    data: &Data,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    let info = RowActivation::<f32>::info(&kernel);
    println!("\n{}\n  f(x)  = {}\n  vjp   = {}", info.name, info.formula, info.derivative);
    let mut gradient = [0.0_f32; POINTS.len()];
    kernel.backward(&POINTS, POINTS.len(), &[1.0], &mut gradient)?;
    println!("  {:>6} {:>12} {:>20}", "xᵢ", "∂f/∂xᵢ", "central difference");
    for (i, (x, gradient)) in POINTS.iter().zip(gradient).enumerate() {
        let h = 1e-6;
        let at = |x: f64| -> Result<f64, ShapeError> {
            let mut row = POINTS.map(f64::from);
            row[i] = x;
            let mut y = [0.0];
            kernel.forward(&row, row.len(), &mut y)?;
            Ok(y[0])
        };
        let central = (at(f64::from(*x) + h)? - at(f64::from(*x) - h)?) / (2.0 * h);
        println!("  {x:>6} {gradient:>12.6} {central:>20.6}");
    }

    // Along the first coordinate of a row (t, 1): the value, and its slope.
    let t: Vec<f32> = (-400..=400).map(|i| i as f32 / 100.0).collect();
    let rows: Vec<f32> = t.iter().flat_map(|&t| [t, 1.0]).collect();
    let (mut y, mut dx) = (vec![0.0; t.len()], vec![0.0; rows.len()]);
    kernel.forward(&rows, 2, &mut y)?;
    kernel.backward(&rows, 2, &vec![1.0; t.len()], &mut dx)?;
    let slope = dx.iter().step_by(2).copied();
    let curves = [
        ("value at (t, 1)", t.iter().copied().zip(y).collect()),
        ("slope", t.iter().copied().zip(slope).collect()),
    ];

    let history = build(Rowwise(kernel)).train(data, 200, info.name);
    report::losses(&history);
    plot::write(folder, info.name, &curves, &history)
}
