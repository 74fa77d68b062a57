//! The truth beside which floats are judged: every node in [`Extended`] numbers, with a bound of its error and with
//! its slopes.
//!
//! Errors are carried to first order, by the table's partial derivatives: the error of f(u) is |f′(u)| times that of
//! u and a rounding. A truth is used only where its bound is small. The slopes with respect to the inputs say how
//! much error of the result an error of the inputs would excuse.

use activation_runtime::arith::Arith;
use activation_runtime::extended::{Element, Extended};

use crate::evaluate::compare;
use crate::graph::{Graph, Id, Op};
use crate::primitive::Primitive;
use crate::standard::Standard;

/// The base-2 logarithm of the relative rounding error of one operation.
const ROUNDING: f64 = -97.0;
/// The same for powers, whose logarithm is magnified by the exponent.
const ROUNDING_OF_POWER: f64 = -90.0;
/// Exponents from here on are rounded themselves, and nothing but the order of magnitude is known; none is infinite but that
/// of zero and of what isn't finite.
const EXACT: f64 = (1_u64 << 48) as f64;

/// A number that knows its error.
#[derive(Debug)]
pub struct Ball<S> {
    /// The number as computed.
    pub value: Extended<S>,
    /// The base-2 logarithm of a bound of its absolute error: −∞ where it is exact, ∞ where nothing is known.
    pub error: f64,
    /// For a mask: whether it is set.
    pub truth: bool,
}

impl<S> Clone for Ball<S> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<S> Copy for Ball<S> {}

impl<S: Element> Ball<S> {
    fn exact(value: Extended<S>) -> Self {
        Self { value, error: f64::NEG_INFINITY, truth: false }
    }

    fn mask(truth: bool, error: f64) -> Self {
        Self { value: Extended::from_f64(0.0), error, truth }
    }

    /// Rounded once more, at a relative error of 2^`rounding`.
    fn rounded(value: Extended<S>, error: f64, rounding: f64) -> Self {
        let rounding = if (EXACT..f64::INFINITY).contains(&value.exponent().abs()) { 0.0 } else { rounding };
        Self { value, error: log_sum(error, magnitude(value) + rounding), truth: false }
    }
}

/// log₂(2ᵃ + 2ᵇ)
fn log_sum(a: f64, b: f64) -> f64 {
    let (large, small) = if a >= b { (a, b) } else { (b, a) };
    if large.is_infinite() || small - large < -60.0 {
        large
    } else {
        large + (small - large).exp2().ln_1p() * std::f64::consts::LOG2_E
    }
}

/// An upper bound of log₂|value|.
fn magnitude<S>(value: Extended<S>) -> f64 {
    value.exponent() + 1.0
}

/// The truth of all nodes of a graph at one point.
#[derive(Debug)]
pub struct Truth<S> {
    balls: Vec<Ball<S>>,
    /// The slopes of each node, one for each input.
    slopes: Vec<Extended<S>>,
    inputs: usize,
}

impl<S: Element> Truth<S> {
    /// No truth yet, of a graph of so many inputs.
    pub fn new(inputs: usize) -> Self {
        Self { balls: Vec::new(), slopes: Vec::new(), inputs }
    }

    /// The node's value.
    pub fn ball(&self, id: Id) -> Ball<S> {
        self.balls[id.index()]
    }

    /// The slope of a node with respect to an input.
    pub fn slope(&self, id: Id, input: usize) -> Extended<S> {
        self.slopes[id.index() * self.inputs + input]
    }

    /// Σ |xᵢ · ∂node/∂xᵢ| at the inputs `x`.
    pub fn sensitivity(&self, id: Id, x: &[S]) -> Extended<S>
    where
        S: Into<f64>,
    {
        let slopes = &self.slopes[id.index() * self.inputs..][..self.inputs];
        slopes.iter().zip(x).fold(Extended::from_f64(0.0), |sum, (&slope, &x)| {
            sum + if slope == Extended::from_f64(0.0) {
                slope
            } else {
                (Extended::from_f64(x.into()) * slope).abs()
            }
        })
    }

    /// Evaluates `order` (arguments first) for the inputs `x` and the `parameters`, followed by the constants
    /// named by path. What is opaque has an unbounded error.
    pub fn evaluate(&mut self, graph: &Graph, order: &[Id], x: &[S], parameters: &[S])
    where
        S: Into<f64>,
    {
        let zero = Extended::from_f64(0.0);
        self.balls.resize(graph.nodes().len(), Ball::exact(zero));
        self.slopes.resize(graph.nodes().len() * self.inputs, zero);
        for &id in order {
            let ball = match graph.op(id) {
                Op::Input(n) => Ball::exact(Extended::from_f64(x[n as usize].into())),
                op @ (Op::Parameter(_) | Op::External(_)) => match graph.given(op, parameters) {
                    Some(&value) => Ball::exact(Extended::from_f64(value.into())),
                    None => Ball { error: f64::INFINITY, ..Ball::exact(zero) },
                },
                Op::Constant(bits) => Ball::exact(zero.constant(f64::from_bits(bits))),
                _ => self.step(graph, id),
            };
            self.balls[id.index()] = ball;
            if let Op::Input(n) = graph.op(id) {
                for i in 0..self.inputs {
                    self.slopes[id.index() * self.inputs + i] =
                        Extended::from_f64(f64::from(u8::from(i == n as usize)));
                }
            }
        }
    }

    /// The slopes of node `id` as the sum of its arguments' slopes times `partials`.
    fn chain(&mut self, id: Id, arguments: &[Id], partials: &[Extended<S>]) {
        let zero = Extended::from_f64(0.0);
        let (slopes, inputs) = (self.slopes.as_mut_slice(), self.inputs);
        let mut i = 0;
        while i < inputs {
            let mut sum = zero;
            let mut n = 0;
            while n < arguments.len() {
                let slope = slopes[arguments[n].index() * inputs + i];
                // What doesn't depend on the input has no part in a pole.
                if slope != zero {
                    let part = slope * partials[n];
                    sum = if n == 0 { part } else { sum + part };
                }
                n += 1;
            }
            slopes[id.index() * inputs + i] = sum;
            i += 1;
        }
    }

    fn step(&mut self, graph: &Graph, id: Id) -> Ball<S> {
        let (op, arguments) = graph.view(id);
        let ball = |i: usize| self.balls[arguments[i].index()];
        let number = |c: f64| Extended::from_f64(c);
        let one = number(1.0);
        match op {
            Op::Wide => Ball::mask(true, f64::NEG_INFINITY),
            Op::Truth(truth) => Ball::mask(truth, f64::NEG_INFINITY),
            Op::Compare(comparison) => {
                let (a, b) = (ball(0), ball(1));
                let known = (a.value - b.value).exponent() > log_sum(a.error, b.error)
                    || (a.error == f64::NEG_INFINITY && b.error == f64::NEG_INFINITY);
                let error = if known { f64::NEG_INFINITY } else { f64::INFINITY };
                Ball::mask(compare(comparison, a.value, b.value), error)
            }
            Op::And => Ball::mask(ball(0).truth & ball(1).truth, ball(0).error.max(ball(1).error)),
            Op::Or => Ball::mask(ball(0).truth | ball(1).truth, ball(0).error.max(ball(1).error)),
            Op::Not => Ball::mask(!ball(0).truth, ball(0).error),
            Op::Select => {
                let (mask, side) = (ball(0), if ball(0).truth { 1 } else { 2 });
                let mut result = ball(side);
                // Which side is taken at a seam matters as much as the sides differ.
                if mask.error == f64::INFINITY {
                    result.error = log_sum(result.error, magnitude(ball(1).value - ball(2).value));
                }
                self.chain(id, &[arguments[side]], &[one]);
                result
            }
            Op::Neg => {
                let a = ball(0);
                self.chain(id, arguments, &[-one]);
                Ball { value: -a.value, ..a }
            }
            Op::Add | Op::Sub => {
                let (a, b) = (ball(0), ball(1));
                let added = matches!(op, Op::Add);
                for i in 0..self.inputs {
                    let slope = |argument: Id| self.slopes[argument.index() * self.inputs + i];
                    let (a, b) = (slope(arguments[0]), slope(arguments[1]));
                    self.slopes[id.index() * self.inputs + i] = if added { a + b } else { a - b };
                }
                let value = if added { a.value + b.value } else { a.value - b.value };
                Ball::rounded(value, log_sum(a.error, b.error), ROUNDING)
            }
            Op::Mul => {
                let (a, b) = (ball(0), ball(1));
                self.chain(id, arguments, &[b.value, a.value]);
                let error = log_sum(scaled(a.error, b.value), scaled(b.error, a.value));
                Ball::rounded(a.value * b.value, error, ROUNDING)
            }
            Op::Div => {
                let (a, b) = (ball(0), ball(1));
                let (quotient, reciprocal) = (a.value / b.value, one / b.value);
                let partials = [reciprocal, -quotient * reciprocal];
                self.chain(id, arguments, &partials);
                let error = log_sum(scaled(a.error, reciprocal), amplified(b, partials[1]));
                Ball::rounded(quotient, error, ROUNDING)
            }
            Op::Powi(n) => {
                let a = ball(0);
                let partial = number(f64::from(n)) * powi(a.value, n - 1);
                self.chain(id, arguments, &[partial]);
                Ball::rounded(powi(a.value, n), amplified(a, partial), ROUNDING_OF_POWER)
            }
            Op::Apply(primitive) => self.apply(primitive, id, arguments),
            _ => Ball { error: f64::INFINITY, ..Ball::exact(number(f64::NAN)) },
        }
    }

    fn apply(&mut self, primitive: Primitive, id: Id, arguments: &[Id]) -> Ball<S> {
        let zero = Extended::from_f64(0.0);
        let mut balls = [self.balls[arguments[0].index()]; 2];
        if let Some(second) = arguments.get(1) {
            balls[1] = self.balls[second.index()];
        }
        let numbers = balls.map(|b| b.value);
        let value = primitive.evaluate(&numbers[..arguments.len()]);
        let one = Extended::from_f64(1.0);
        let partials = match primitive {
            Primitive::Abs => [if numbers[0] < zero { -one } else { one }, zero],
            Primitive::Max => {
                if numbers[0] > numbers[1] {
                    [one, zero]
                } else {
                    [zero, one]
                }
            }
            Primitive::Min => {
                if numbers[0] < numbers[1] {
                    [one, zero]
                } else {
                    [zero, one]
                }
            }
            _ => slopes(primitive, &numbers[..arguments.len()], value),
        };
        let mut error = f64::NEG_INFINITY;
        for (ball, &partial) in balls.iter().zip(&partials).take(arguments.len()) {
            error = log_sum(error, amplified(*ball, partial));
        }
        self.chain(id, arguments, &partials[..arguments.len()]);
        match primitive {
            Primitive::Abs | Primitive::Max | Primitive::Min | Primitive::Copysign => {
                Ball { value, error, truth: false }
            }
            Primitive::Powf => Ball::rounded(value, error, ROUNDING_OF_POWER),
            _ => Ball::rounded(value, error, ROUNDING),
        }
    }
}

/// The partial derivatives of a primitive, to a few digits: in f64 where that can hold them.
fn slopes<S: Element>(primitive: Primitive, numbers: &[Extended<S>], value: Extended<S>) -> [Extended<S>; 2] {
    let mut slopes = [Extended::from_f64(0.0); 2];
    let is_plain = |n: &Extended<S>| n.exponent().abs() < 400.0 || n.exponent() == f64::NEG_INFINITY;
    let plain = numbers.iter().chain([&value]).all(is_plain);
    for (i, slope) in slopes.iter_mut().enumerate().take(numbers.len()) {
        if plain {
            let mut narrow = [Standard(0.0); 2];
            narrow.iter_mut().zip(numbers).for_each(|(narrow, n)| *narrow = Standard(n.to_f64()));
            let partial = primitive.partial(i, &narrow[..numbers.len()], Standard(value.to_f64()));
            if let Some(Standard(partial)) = partial.filter(|p| p.0.is_normal()) {
                *slope = Extended::from_f64(partial);
                continue;
            }
        }
        if let Some(partial) = primitive.partial(i, numbers, value) {
            *slope = partial;
        }
    }
    slopes
}

/// An error, magnified by a factor.
fn scaled<S>(error: f64, factor: Extended<S>) -> f64 {
    if error == f64::NEG_INFINITY { error } else { error + magnitude(factor) }
}

/// The error of an argument, magnified by a slope; unknown where it is no small part of the argument, since a slope
/// says nothing then.
fn amplified<S>(ball: Ball<S>, slope: Extended<S>) -> f64 {
    if ball.error == f64::NEG_INFINITY {
        ball.error
    } else if ball.error > ball.value.exponent() - 10.0 {
        f64::INFINITY
    } else {
        ball.error + magnitude(slope)
    }
}

fn powi<S: Element>(base: Extended<S>, n: i32) -> Extended<S> {
    activation_runtime::real::Real::powi(base, n)
}
