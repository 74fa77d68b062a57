//! What the macro implements: the maths of an activation, once, generic over [`Real`].

use core::ops::BitOr;

use crate::real::Real;

/// What is known of a kernel at compile time; rustdoc of the generated struct shows the same.
///
/// Built by [`Info::new`] and its setters, all `const`, so that the expansion names only what it knows.
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
    /// Whether the derivative is the author's and isn't meant to be that of the function.
    pub straight_through: bool,
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
            straight_through: false,
            report: "",
        }
    }

    /// With the formula and the derivative as LaTeX.
    #[must_use]
    pub const fn latex(self, latex: &'static str, derivative_latex: &'static str) -> Self {
        Self { latex, derivative_latex, ..self }
    }

    /// With how smooth it is.
    #[must_use]
    pub const fn smoothness(self, smoothness: Smoothness) -> Self {
        Self { smoothness, ..self }
    }

    /// With the points where the derivative jumps.
    #[must_use]
    pub const fn kinks(self, kinks: &'static [Kink]) -> Self {
        Self { kinks, ..self }
    }

    /// With the closed interval of the values.
    #[must_use]
    pub const fn range(self, low: f64, high: f64) -> Self {
        Self { range: (low, high), ..self }
    }

    /// With the closed interval that the formula is meant for.
    #[must_use]
    pub const fn domain(self, low: f64, high: f64) -> Self {
        Self { domain: (low, high), ..self }
    }

    /// With what a backward pass keeps.
    #[must_use]
    pub const fn saves(self, saves: Saves) -> Self {
        Self { saves, ..self }
    }

    /// With a derivative that isn't meant to be that of the function.
    #[must_use]
    pub const fn straight_through(self) -> Self {
        Self { straight_through: true, ..self }
    }

    /// With the report of the compiler.
    #[must_use]
    pub const fn report(self, report: &'static str) -> Self {
        Self { report, ..self }
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

impl Saves {
    /// Whether a backward pass can do with the output alone.
    pub const fn output_suffices(self) -> bool {
        matches!(self, Self::Nothing | Self::Output | Self::InputOrOutput)
    }
}

/// An activation of one input: a scalar function and its derivative, generic over the number.
///
/// Mark the methods `#[inline(always)]` where you write them by hand: a call per register outside the sweep's own
/// function, which alone has the instruction set enabled, costs tens of times the arithmetic.
pub trait Kernel: Sync {
    /// What is known at compile time.
    const INFO: Info;
    /// Which of the masks of [`rescue`](Self::rescue) may be there; where none is, nothing is compiled for it.
    const RESCUES: [bool; 2] = [false; 2];

    /// f(x).
    fn value<R: Real>(&self, x: R) -> R;
    /// f′(x).
    fn derivative<R: Real>(&self, x: R) -> R;
    /// (f(x), f′(x)), bit for bit the two above, with shared sub-expressions computed once.
    #[inline(always)]
    fn value_and_derivative<R: Real>(&self, x: R) -> (R, R) {
        (self.value(x), self.derivative(x))
    }
    /// f′(x) as a function of y = f(x); `None` (the default) where it isn't one, or isn't known to be.
    #[inline(always)]
    fn derivative_from_output<R: Real>(&self, y: R) -> Option<R> {
        let _ = y;
        None
    }
    /// Where `value` (first) and `derivative` (second) need more precision or range than the element type has:
    /// those lanes are computed again in f64 registers (for f32), and one by one in
    /// [`Extended`](crate::extended::Extended) or [`Deep`](crate::deep::Deep) numbers if need be. `None` (the
    /// default) where no input needs it. Declare [`RESCUES`](Self::RESCUES) with it.
    #[inline(always)]
    fn rescue<R: Real>(&self, x: R) -> [Option<R::Mask>; 2] {
        let _ = x;
        [None, None]
    }
}

/// An activation of `N` inputs: a scalar function and its gradient.
pub trait MultiKernel<const N: usize>: Sync {
    /// What is known at compile time.
    const INFO: Info;
    /// Which of the masks of [`rescue`](Self::rescue) may be there; where none is, nothing is compiled for it.
    const RESCUES: [bool; 2] = [false; 2];

    /// f(x₁, …, xₙ).
    fn value<R: Real>(&self, x: [R; N]) -> R;
    /// (∂f/∂x₁, …, ∂f/∂xₙ).
    fn gradient<R: Real>(&self, x: [R; N]) -> [R; N];
    /// f and its gradient, bit for bit the two above, with shared sub-expressions computed once.
    #[inline(always)]
    fn value_and_gradient<R: Real>(&self, x: [R; N]) -> (R, [R; N]) {
        (self.value(x), self.gradient(x))
    }
    /// Where `value` (first) and `gradient` (second) need more precision or range than the element type has.
    #[inline(always)]
    fn rescue<R: Real>(&self, x: [R; N]) -> [Option<R::Mask>; 2] {
        let _ = x;
        [None, None]
    }
}

/// The derivatives of a kernel with `P` parameters and `N` inputs with respect to its parameters.
pub trait Parametric<const N: usize, const P: usize>: Sized + Sync {
    /// Whether [`rescue_parameters`](Self::rescue_parameters) may give a mask.
    const RESCUES_PARAMETERS: bool = false;

    /// (∂f/∂p₁, …, ∂f/∂pₘ) in the order of the fields.
    fn parameter_gradient<R: Real>(&self, x: [R; N]) -> [R; P];
    /// Where `parameter_gradient` needs more precision or range than the element type has: those lanes are
    /// computed again with more. `None` (the default) where no input needs it.
    #[inline(always)]
    fn rescue_parameters<R: Real>(&self, x: [R; N]) -> Option<R::Mask> {
        let _ = x;
        None
    }
    /// A value of the same shape as the kernel that holds these numbers as its fields.
    fn from_gradient(gradient: [f64; P]) -> Self;
}

#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't differentiated twice, as it has to be here",
    label = "declare it with `#[activation(order = 2)]`"
)]
/// A kernel whose second derivative is wanted (`#[activation(order = 2)]`): physics-informed networks need it.
pub trait SecondOrder: Kernel {
    /// f″(x).
    fn second_derivative<R: Real>(&self, x: R) -> R;
}

#[diagnostic::on_unimplemented(
    message = "`{Self}` isn't differentiated three times, as it has to be here",
    label = "declare it with `#[activation(order = 3)]`"
)]
/// A kernel whose third derivative is wanted (`#[activation(order = 3)]`).
pub trait ThirdOrder: SecondOrder {
    /// f‴(x).
    fn third_derivative<R: Real>(&self, x: R) -> R;
}

/// The lanes that either pair of masks names: how a kernel adds the rescue of another that it calls.
#[inline(always)]
pub fn either_mask<M: Copy + BitOr<Output = M>>(a: [Option<M>; 2], b: [Option<M>; 2]) -> [Option<M>; 2] {
    [either(a[0], b[0]), either(a[1], b[1])]
}

/// The lanes that are in either mask.
#[inline(always)]
pub(crate) fn either<M: BitOr<Output = M>>(a: Option<M>, b: Option<M>) -> Option<M> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a | b),
        (mask, None) | (None, mask) => mask,
    }
}
