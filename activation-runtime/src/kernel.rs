//! What the macro implements: the maths of an activation, once, generic over [`Real`].

use crate::real::Real;

/// What is known of a kernel at compile time; rustdoc of the generated struct shows the same.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Info {
    /// The struct's name, such as `Gelu`.
    pub name: &'static str,
    /// The function as mathematics, such as `x · σ(1.702x)`.
    pub formula: &'static str,
    /// Its derivative as mathematics (for several inputs: one line for each).
    pub derivative: &'static str,
    /// The formula as LaTeX.
    pub latex: &'static str,
    /// The derivative as LaTeX.
    pub derivative_latex: &'static str,
    /// How smooth it is.
    pub smoothness: Smoothness,
    /// Where the derivative jumps, with the slopes on both sides (parameters at their defaults).
    pub kinks: &'static [Kink],
    /// The closed interval that the values lie in, for finite inputs.
    pub range: (f64, f64),
    /// The closed interval of inputs that the formula is meant for.
    pub domain: (f64, f64),
    /// What a backward pass has to keep of the forward pass.
    pub saves: Saves,
    /// What `explain` prints: graph, derivative before and after simplification, rewrites, checks.
    pub report: &'static str,
}

impl Info {
    /// An [`Info`] of which only the name, formula and derivative are known.
    pub const fn new(name: &'static str, formula: &'static str, derivative: &'static str) -> Self {
        Self {
            name,
            formula,
            derivative,
            latex: "",
            derivative_latex: "",
            smoothness: Smoothness::Unknown,
            kinks: &[],
            range: (f64::NEG_INFINITY, f64::INFINITY),
            domain: (f64::NEG_INFINITY, f64::INFINITY),
            saves: Saves::Input,
            report: "",
        }
    }
}

/// How smooth a function is on its domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Smoothness {
    /// Infinitely differentiable.
    Smooth,
    /// Continuously differentiable, put together from pieces.
    ContinuouslyDifferentiable,
    /// Continuous, with kinks.
    Continuous,
    /// With jumps that the author allowed.
    Discontinuous,
    /// Not analysed (a hand-written kernel, or parameters without defaults).
    Unknown,
}

/// A point where the derivative jumps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kink {
    /// Where.
    pub x: f64,
    /// The slope from the left.
    pub left: f64,
    /// The slope from the right.
    pub right: f64,
}

/// What a backward pass has to keep of the forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Saves {
    /// Nothing: the derivative is constant.
    Nothing,
    /// The input x.
    Input,
    /// The output alone: f′ is a function of f that is as accurate as the one of x.
    Output,
    /// Either: the output alone serves too, at a loss of accuracy where the function saturates.
    InputOrOutput,
}

/// An activation of one input: a scalar function and its derivative, generic over the number.
pub trait Kernel: Sync {
    /// What is known at compile time.
    const INFO: Info;

    /// f(x).
    fn value<R: Real>(&self, x: R) -> R;
    /// f′(x).
    fn derivative<R: Real>(&self, x: R) -> R;
    /// (f(x), f′(x)), bit for bit the two above, with shared sub-expressions computed once.
    fn value_and_derivative<R: Real>(&self, x: R) -> (R, R) {
        (self.value(x), self.derivative(x))
    }
    /// Where `value` (first) and `derivative` (second) need more precision or range than an f32 has: those
    /// lanes are computed again in f64. `None` (the default) where no input needs it.
    fn rescue<R: Real>(&self, x: R) -> [Option<R::Mask>; 2] {
        let _ = x;
        [None, None]
    }
}

/// An activation of `N` inputs: a scalar function and its gradient.
pub trait MultiKernel<const N: usize>: Sync {
    /// What is known at compile time.
    const INFO: Info;

    /// f(x₁, …, xₙ).
    fn value<R: Real>(&self, x: [R; N]) -> R;
    /// (∂f/∂x₁, …, ∂f/∂xₙ).
    fn gradient<R: Real>(&self, x: [R; N]) -> [R; N];
    /// f and its gradient, bit for bit the two above, with shared sub-expressions computed once.
    fn value_and_gradient<R: Real>(&self, x: [R; N]) -> (R, [R; N]) {
        (self.value(x), self.gradient(x))
    }
    /// Where `value` (first) and `gradient` (second) need more precision or range than an f32 has.
    fn rescue<R: Real>(&self, x: [R; N]) -> [Option<R::Mask>; 2] {
        let _ = x;
        [None, None]
    }
}

/// The derivatives of a kernel with `P` parameters and `N` inputs with respect to its parameters.
pub trait Parametric<const N: usize, const P: usize>: Sized + Sync {
    /// (∂f/∂p₁, …, ∂f/∂pₘ) in the order of the fields.
    fn parameter_gradient<R: Real>(&self, x: [R; N]) -> [R; P];
    /// A value of the same shape as the kernel that holds these numbers as its fields.
    fn from_gradient(gradient: [f64; P]) -> Self;
}
