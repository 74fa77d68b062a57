//! What the examples print.

use activations::prelude::*;

use super::network::History;

/// The points at which the question that this library grew from asks for the gradient.
pub const POINTS: [f32; 5] = [-2.0, 0.0, 1.0, 2.0, 3.0];

/// Formula, derivative, and the gradient beside a central difference.
pub fn introduce<K: Kernel + Activation<f32>>(kernel: &K) {
    let info = K::INFO;
    println!("\n{}\n  f(x)  = {}\n  f′(x) = {}", info.name, info.formula, info.derivative);
    let (mut y, mut gradient) = ([0.0; POINTS.len()], [0.0; POINTS.len()]);
    kernel
        .forward_backward(&POINTS, &[1.0; POINTS.len()], &mut y, &mut gradient)
        .expect("arrays of one length");
    println!("  {:>6} {:>12} {:>12} {:>20}", "x", "f(x)", "f′(x)", "central difference");
    for ((x, y), gradient) in POINTS.iter().zip(y).zip(gradient) {
        let h = 1e-6;
        let (above, below) = (kernel.value(f64::from(*x) + h), kernel.value(f64::from(*x) - h));
        let central = (above - below) / (2.0 * h);
        let kink = info.kinks.iter().any(|kink| (kink.x - f64::from(*x)).abs() < h);
        let note = if kink { "  a kink: the mean of both slopes" } else { "" };
        println!("  {x:>6} {y:>12.6} {gradient:>12.6} {central:>20.6}{note}");
    }
}

/// Losses before and after.
pub fn losses(history: &History) {
    let ends = |losses: &[f32]| (losses[0], losses[losses.len() - 1]);
    let ((train, trained), (held_out, learned)) = (ends(&history.train), ends(&history.held_out));
    println!("  mean squared error   before    after   (predicting the mean: {:.3})", history.mean);
    println!("  train             {train:>9.3} {trained:>8.3}");
    println!("  held out          {held_out:>9.3} {learned:>8.3}");
}
