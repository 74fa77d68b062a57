//! The whole course for an element-wise activation: introduce it, train with it, plot.

use std::error::Error;
use std::path::Path;

use activations::prelude::*;

use super::data::Data;
use super::network::{Elementwise, Network};
use super::{plot, report};

/// Prints formula and gradient, trains the network, prints the losses and writes the plots.
pub fn run<K: Kernel + Activation<f32>>(kernel: K, data: &Data, folder: &Path) -> Result<(), Box<dyn Error>> {
    report::introduce(&kernel);
    let x: Vec<f32> = (-400..=400).map(|i| i as f32 / 100.0).collect();
    let (mut y, mut slope) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    kernel.forward_backward(&x, &vec![1.0; x.len()], &mut y, &mut slope)?;
    let curve = |values: Vec<f32>| x.iter().copied().zip(values).collect();
    let curves = [("value", curve(y)), ("derivative", curve(slope))];

    let name = K::INFO.name;
    let history = Network::new(Elementwise(kernel)).train(data, 60, name);
    report::losses(&history);
    plot::write(folder, name, &curves, &history)
}
