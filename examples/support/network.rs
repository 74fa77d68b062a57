//! Dense(10→64, relu) → activation → Dense(→1), trained with Adam on the mean squared error.

use activations::prelude::*;
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{Array2, ArrayView2, Axis};

use super::data::Data;

/// The activation of the first layer: as much an `#[activation]` as the one under test.
#[activation]
pub fn rectifier(x: f32) -> f32 {
    x.max(0.0)
}

/// An activation in the middle of a network: element by element, or of whole rows.
pub trait Middle {
    /// The width of its output for rows of this width.
    fn width(&self, input: usize) -> usize;
    /// The output, row by row.
    fn forward(&self, x: &Array2<f32>) -> Array2<f32>;
    /// The gradient of the input, given that of the output.
    fn backward(&self, x: &Array2<f32>, dy: &Array2<f32>) -> Array2<f32>;
}

/// Any element-wise activation.
pub struct Elementwise<K>(pub K);

impl<K: Activation<f32>> Middle for Elementwise<K> {
    fn width(&self, input: usize) -> usize {
        input
    }
    fn forward(&self, x: &Array2<f32>) -> Array2<f32> {
        x.activate(&self.0)
    }
    fn backward(&self, x: &Array2<f32>, dy: &Array2<f32>) -> Array2<f32> {
        x.activate_backward(&self.0, dy).expect("gradients have the shape of the values")
    }
}

/// A dense layer with the state that Adam (Kingma & Ba 2015) keeps of it.
struct Dense {
    weights: Parameter,
    bias: Parameter,
}

struct Parameter {
    value: Array2<f32>,
    gradient: Array2<f32>,
    momentum: Array2<f32>,
    square: Array2<f32>,
}

impl Parameter {
    fn new(value: Array2<f32>) -> Self {
        let zero = Array2::zeros(value.dim());
        Self { value, gradient: zero.clone(), momentum: zero.clone(), square: zero }
    }

    fn adam(&mut self, step: i32, rate: f32) {
        let (beta1, beta2) = (0.9_f32, 0.999_f32);
        let (scale1, scale2) = (1.0 - beta1.powi(step), 1.0 - beta2.powi(step));
        ndarray::Zip::from(&mut self.value)
            .and(&self.gradient)
            .and(&mut self.momentum)
            .and(&mut self.square)
            .for_each(|value, &g, m, v| {
                *m = beta1 * *m + (1.0 - beta1) * g;
                *v = beta2 * *v + (1.0 - beta2) * g * g;
                *value -= rate * (*m / scale1) / ((*v / scale2).sqrt() + 1e-8);
            });
    }
}

impl Dense {
    /// Weights uniform within ±1/√inputs, no bias.
    fn new(inputs: usize, outputs: usize, rng: &mut fastrand::Rng) -> Self {
        let limit = (inputs as f32).sqrt().recip();
        let weights = Array2::from_shape_simple_fn((inputs, outputs), || (rng.f32() * 2.0 - 1.0) * limit);
        Self { weights: Parameter::new(weights), bias: Parameter::new(Array2::zeros((1, outputs))) }
    }

    fn forward(&self, x: &ArrayView2<f32>) -> Array2<f32> {
        x.dot(&self.weights.value) + &self.bias.value
    }

    fn backward(&mut self, x: &ArrayView2<f32>, dy: &Array2<f32>) -> Array2<f32> {
        self.weights.gradient = x.t().dot(dy);
        self.bias.gradient = dy.sum_axis(Axis(0)).insert_axis(Axis(0));
        dy.dot(&self.weights.value.t())
    }

    fn adam(&mut self, step: i32, rate: f32) {
        self.weights.adam(step, rate);
        self.bias.adam(step, rate);
    }
}

/// The network.
pub struct Network<M> {
    first: Dense,
    /// Whether the first layer has the relu.
    rectified: bool,
    middle: M,
    last: Dense,
}

/// Losses over the course of a training, each against the variance of the targets.
pub struct History {
    /// One point for each epoch, the untrained network first.
    pub train: Vec<f32>,
    /// The same, on what the network has never seen.
    pub held_out: Vec<f32>,
    /// What predicting the mean of the training targets loses on the held-out part.
    pub mean: f32,
}

impl<M: Middle> Network<M> {
    /// A network with random weights; the same ones every time.
    pub fn new(middle: M) -> Self {
        let mut rng = fastrand::Rng::with_seed(64);
        let first = Dense::new(10, 64, &mut rng);
        let last = Dense::new(middle.width(64), 1, &mut rng);
        Self { first, rectified: true, middle, last }
    }

    /// The same without the relu: Dense(10→64) → activation → Dense(→1).
    pub fn without_relu(self) -> Self {
        Self { rectified: false, ..self }
    }

    fn rectify(&self, sums: &Array2<f32>) -> Array2<f32> {
        if self.rectified { sums.activate(&Rectifier) } else { sums.clone() }
    }

    fn predict(&self, x: &ArrayView2<f32>) -> Array2<f32> {
        let hidden = self.middle.forward(&self.rectify(&self.first.forward(x)));
        self.last.forward(&hidden.view())
    }

    fn loss(&self, (x, y): &(Array2<f32>, Array2<f32>)) -> f32 {
        (self.predict(&x.view()) - y).mapv(|error| error * error).mean().unwrap_or(f32::NAN)
    }

    /// One step of Adam on a batch.
    fn step(&mut self, x: &ArrayView2<f32>, y: &ArrayView2<f32>, step: i32, rate: f32) {
        let sums = self.first.forward(x);
        let rectified = self.rectify(&sums);
        let hidden = self.middle.forward(&rectified);
        let error = self.last.forward(&hidden.view()) - y;

        let gradient = error * (2.0 / x.nrows() as f32);
        let gradient = self.last.backward(&hidden.view(), &gradient);
        let gradient = self.middle.backward(&rectified, &gradient);
        let gradient = if self.rectified {
            sums.activate_backward(&Rectifier, &gradient).expect("one shape")
        } else {
            gradient
        };
        self.first.backward(x, &gradient);

        self.first.adam(step, rate);
        self.last.adam(step, rate);
    }

    /// Trains for this many epochs, in batches of 32.
    pub fn train(&mut self, data: &Data, epochs: usize, title: &str) -> History {
        let style = ProgressStyle::with_template("  training {msg} [{bar:30}] epoch {pos}/{len}")
            .expect("a valid template")
            .progress_chars("=> ");
        let bar = ProgressBar::new(epochs as u64).with_style(style).with_message(title.to_owned());
        let mean = data.held_out.1.mapv(|y| y * y).mean().unwrap_or(f32::NAN);
        let mut history =
            History { train: vec![self.loss(&data.train)], held_out: vec![self.loss(&data.held_out)], mean };
        let (mut rng, mut step) = (fastrand::Rng::with_seed(32), 0);
        let mut order: Vec<usize> = (0..data.train.0.nrows()).collect();
        for _ in 0..epochs {
            rng.shuffle(&mut order);
            for batch in order.chunks(32) {
                let (x, y) = (data.train.0.select(Axis(0), batch), data.train.1.select(Axis(0), batch));
                step += 1;
                self.step(&x.view(), &y.view(), step, 3e-3);
            }
            history.train.push(self.loss(&data.train));
            history.held_out.push(self.loss(&data.held_out));
            bar.inc(1);
        }
        bar.finish();
        history
    }
}

/// Any activation of whole rows.
pub struct Rowwise<K>(pub K);

impl<K: RowActivation<f32>> Middle for Rowwise<K> {
    fn width(&self, input: usize) -> usize {
        self.0.output_len(input)
    }
    fn forward(&self, x: &Array2<f32>) -> Array2<f32> {
        let mut y = Array2::zeros((x.nrows(), self.width(x.ncols())));
        let (from, to) = (x.as_slice().expect("standard layout"), y.as_slice_mut().expect("standard layout"));
        self.0.forward(from, x.ncols(), to).expect("one row of output for each of input");
        y
    }
    fn backward(&self, x: &Array2<f32>, dy: &Array2<f32>) -> Array2<f32> {
        let mut dx = Array2::zeros(x.dim());
        let dy = dy.as_standard_layout();
        let (from, incoming) =
            (x.as_slice().expect("standard layout"), dy.as_slice().expect("standard layout"));
        let to = dx.as_slice_mut().expect("standard layout");
        self.0.backward(from, x.ncols(), incoming, to).expect("gradients have the shape of the values");
        dx
    }
}
