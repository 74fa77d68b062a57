//! What of the language only rustc sees through: names from outside of the body, visibility, `cfg`, composition.

use activation_runtime::level::{Level, with_level};
use activations::prelude::*;
use activations::{Kernel, MultiKernel};

const SLOPE: f32 = 0.25;

mod constants {
    pub(crate) const SHIFT: f32 = 1.5;
    pub(crate) const WIDE: f64 = 0.1;
}

#[activation]
fn outer_constant(x: f32) -> f32 {
    SLOPE * x + if x > 0.0 { SLOPE } else { constants::SHIFT - 1.25 }
}

#[activation]
fn converted_constant(x: f32) -> f32 {
    x * constants::WIDE as f32 + (std::f64::consts::PI as f32)
}

mod acts {
    use activations::prelude::*;

    /// x·σ(βx).
    #[activation]
    pub(crate) fn swish(x: f32, #[param] beta: f32) -> f32 {
        x * sigmoid(beta * x)
    }

    #[activation]
    pub(crate) fn gated(a: f32, b: f32) -> f32 {
        a * b.tanh()
    }

    pub(crate) mod sigmoid {
        use activations::prelude::*;

        /// A namesake of the helper's.
        #[activation]
        pub(crate) fn sigmoid(x: f32) -> f32 {
            x.tanh()
        }
    }
}

#[activation]
pub(crate) fn composed(x: f32) -> f32 {
    acts::swish(2.0 * x, 0.5) + acts::gated(x, x + 1.0)
}

#[activation]
fn imported(x: f32, #[param(0.75)] beta: f32) -> f32 {
    use acts::swish;
    swish(x, beta * 2.0) - swish(x, SLOPE)
}

#[activation]
fn namesake(x: f32) -> f32 {
    acts::sigmoid::sigmoid(x) + sigmoid(x) + ::activations::math::softplus(x)
}

/// Documented.
#[activation]
#[allow(clippy::many_single_char_names)]
#[inline]
pub fn r#loop(
    /// The input.
    r#type: f32,
    #[param(0.5)]
    #[allow(unused_variables)]
    r#match: f32,
) -> f32 {
    r#type * r#match
}

#[cfg(any())]
#[activation]
fn absent(x: f32) -> f32 {
    missing(x)
}

#[activation]
#[cfg(any())]
fn absent_too(x: f32) -> f32 {
    missing(x) * MISSING
}

#[activation(derivative = |x, y| acts::swish(x, 1.0) + y * scale)]
fn own(x: f32, #[param(2.0)] scale: f32) -> f32 {
    (scale * x).round()
}

#[activation(derivative = outer_constant)]
fn by_path(x: f32) -> f32 {
    x.floor()
}

mod slopes {
    pub(crate) fn tent(x: f32) -> f32 {
        if x.abs() < 1.0 { 1.0 - x.abs() } else { 0.0 }
    }
}

#[activation(derivative = slopes::tent)]
fn by_plain_path(x: f32) -> f32 {
    x.round()
}

fn twice(x: f64) -> f64 {
    2.0 * x
}

#[activation(derivative = |x, y| twice(x) * sharpness + y * 0.0)]
fn by_plain_call(x: f64, #[param(1.0)] sharpness: f64) -> f64 {
    sharpness * x * x
}

#[allow(clippy::let_and_return, reason = "the names are what is tried")]
#[activation(name = Renamed, order = 3, deny(kinks), allow(slow))]
fn anything(dy: f64, #[param] value: f64, #[param] derivative: f64) -> f64 {
    let r = dy * value;
    let simd = r.tanh() + derivative;
    let constant = simd * simd;
    constant
}

#[activation(derivative = |x| 2.0 * x.cos())]
fn slipped(x: f32) -> f32 {
    x.sin()
}

#[activation(derivative = |x| if x.abs() <= 1.0 { 1.0 } else { 0.0 }, straight_through, test)]
fn binary(x: f32) -> f32 {
    x.signum()
}

#[activation]
fn textbook(x: f32) -> f32 {
    x.exp() * (1.0 - 1.0 / (1.0 + x.exp())) - (1.0 + x.exp()).ln()
}

/// σ(βx) and its slope, twice.
#[activation(order = 2)]
fn gate(x: f32, #[param(1.5)] beta: f32) -> f32 {
    sigmoid(beta * x)
}

#[activation(order = 2)]
fn through_gate(x: f32, #[param(0.5)] beta: f32) -> f32 {
    x * gate(2.0 * x, beta)
}

#[deprecated]
#[activation]
fn outdated(x: f32) -> f32 {
    let (y, z);
    if x > 0.1 {
        y = x;
        z = 1.0;
    } else {
        y = 0.1;
        z = x * 10.0;
    }
    y * z
}

const POINTS: [f32; 6] = [-3.0, -1.0, -0.25, 0.5, 1.0, 2.5];

/// The kernel computes what the fn computes, and its derivative is that of the fn's difference quotient.
fn agree(kernel: &impl Kernel, function: impl Fn(f32) -> f32) {
    for x in POINTS {
        let (value, slope) = kernel.value_and_derivative(f64::from(x));
        assert!((value - f64::from(function(x))).abs() < 1e-6 * value.abs().max(1.0), "{x}: {value}");
        let h = 1e-6;
        let quotient = (kernel.value(f64::from(x) + h) - kernel.value(f64::from(x) - h)) / (2.0 * h);
        assert!((slope - quotient).abs() < 1e-8 * slope.abs().max(1.0), "{x}: {slope} for {quotient}");
    }
}

#[test]
fn names_from_outside() {
    agree(&OuterConstant, outer_constant);
    agree(&ConvertedConstant, converted_constant);
    agree(&Composed, composed);
    agree(&Imported::default(), |x| imported(x, 0.75));
    agree(&Namesake, namesake);
    agree(&Loop::default(), |x| r#loop(x, 0.5));
}

#[test]
fn composition_of_several_inputs() {
    let [a, b] = MultiKernel::gradient(&acts::Gated, [2.0_f64, 0.5]);
    assert!((a - 0.5_f64.tanh()).abs() < 1e-12);
    assert!((b - 2.0 / 0.5_f64.cosh().powi(2)).abs() < 1e-12);
}

#[test]
fn own_derivatives() {
    let kernel = Own { scale: 3.0 };
    assert_eq!(kernel.value(0.7_f64), 2.0);
    let expected = 0.7 / (1.0 + (-0.7_f64).exp()) + 2.0 * 3.0;
    assert!((kernel.derivative(0.7_f64) - expected).abs() < 1e-12);
    assert_eq!(ByPath.derivative(2.0_f64), OuterConstant.value(2.0_f64));
}

/// A plain function gives each lane its slope, on every instruction set.
#[test]
fn own_derivatives_by_plain_functions() {
    let x: Vec<f32> = (0..77).map(|i| (i as f32 - 38.0) / 19.0).collect();
    let dy: Vec<f32> = (0..77).map(|i| (i % 5) as f32).collect();
    let expected: Vec<f32> = x.iter().zip(&dy).map(|(&x, dy)| dy * slopes::tent(x)).collect();
    let (wide, wide_dy): (Vec<f64>, Vec<f64>) =
        x.iter().zip(&dy).map(|(&x, &dy)| (f64::from(x), f64::from(dy))).unzip();
    for level in Level::available() {
        with_level(level, || {
            let mut dx = vec![f32::NAN; 77];
            ByPlainPath.backward(&x, &dy, &mut dx).expect("shapes");
            assert_eq!(dx, expected, "{level:?}");
            let mut dx = vec![f64::NAN; 77];
            ByPlainCall::new(0.5).backward(&wide, &wide_dy, &mut dx).expect("shapes");
            let right = dx.iter().zip(&wide).zip(&wide_dy).all(|((dx, x), dy)| *dx == dy * x);
            assert!(right, "{level:?}");
        });
    }
    let report = activations::gradcheck(&ByPlainCall::default(), -2.0..=2.0);
    assert!(report.passed(), "{report}");
    assert!(!activations::gradcheck(&ByPlainPath, -2.0..=2.0).passed());
}

#[test]
fn arguments_of_the_attribute() {
    let kernel = Renamed::new(1.5, 0.5);
    assert!((kernel.value(0.3_f64) - anything(0.3, 1.5, 0.5)).abs() < 1e-12);
    let h = 1e-5;
    let quotient = (kernel.derivative(0.3 + h) - kernel.derivative(0.3 - h)) / (2.0 * h);
    assert!((kernel.second_derivative(0.3_f64) - quotient).abs() < 1e-8);
}

#[test]
fn own_derivatives_are_compared_unless_straight_through() {
    assert!(!activations::gradcheck(&Slipped, -2.0..=2.0).passed());
    let report = activations::gradcheck(&Binary, -2.0..=2.0);
    assert!(report.passed(), "{report}");
    const { assert!(Binary::INFO.straight_through && !Slipped::INFO.straight_through) };
}

#[test]
fn second_derivatives_of_compositions() {
    let kernel = ThroughGate::default();
    let h = 1e-5;
    for x in POINTS.map(f64::from) {
        let quotient = (kernel.derivative(x + h) - kernel.derivative(x - h)) / (2.0 * h);
        let second = kernel.second_derivative(x);
        assert!((second - quotient).abs() < 1e-8, "{x}: {second} for {quotient}");
    }
}

#[test]
fn parameters_of_what_is_called() {
    use activations::Parametric;
    for x in POINTS.map(f64::from) {
        let value = |beta: f32| ThroughGate { beta }.value(x);
        let quotient = (value(0.5 + 2f32.powi(-13)) - value(0.5 - 2f32.powi(-13))) / 2f64.powi(-12);
        let [slope] = ThroughGate { beta: 0.5 }.parameter_gradient([x]);
        assert!((slope - quotient).abs() < 1e-6, "{x}: {slope} for {quotient}");
        let value = |beta: f32| Imported { beta }.value(x);
        let quotient = (value(0.75 + 2f32.powi(-13)) - value(0.75 - 2f32.powi(-13))) / 2f64.powi(-12);
        let [slope] = Imported { beta: 0.75 }.parameter_gradient([x]);
        assert!((slope - quotient).abs() < 1e-6, "{x}: {slope} for {quotient}");
    }
}

#[test]
#[allow(deprecated)]
fn declared_together() {
    agree(&Outdated, outdated);
}

#[test]
fn explanations() {
    let text = activations::explain::<Composed>();
    for said in ["f(x)", "f′(x)", "smoothness", "range", "domain", "backward", "checks:", "graph:"] {
        assert!(text.contains(said), "no `{said}` in\n{text}");
    }
    let text = activations::explain::<Textbook>();
    for said in ["computed as:", "derivative before simplification:", "rewrite"] {
        assert!(text.contains(said), "no `{said}` in\n{text}");
    }
}
