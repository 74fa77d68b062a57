//! Standard activations, each declared as a user would: the struct has the function's name in `CamelCase`.
//!
//! ```
//! use activations::prelude::*;
//! use activations::gallery::Gelu;
//!
//! let mut y = [0.0; 2];
//! Gelu.forward(&[-1.0_f32, 1.0], &mut y)?;
//! # Ok::<(), ShapeError>(())
//! ```

use crate::prelude::*;

/// Rectified linear unit (Fukushima 1969; Nair & Hinton 2010).
#[activation]
pub fn relu(x: f32) -> f32 {
    x.max(0.0)
}

/// Leaky ReLU (Maas et al. 2013).
#[activation]
pub fn leaky_relu(x: f32, #[param(0.01)] slope: f32) -> f32 {
    if x > 0.0 { x } else { slope * x }
}

/// ReLU capped at 6 (Krizhevsky 2010).
#[activation]
pub fn relu6(x: f32) -> f32 {
    x.clamp(0.0, 6.0)
}

/// Exponential linear unit (Clevert et al. 2015).
#[activation]
pub fn elu(x: f32, #[param(1.0)] alpha: f32) -> f32 {
    if x > 0.0 { x } else { alpha * x.exp_m1() }
}

/// Self-normalising ELU (Klambauer et al. 2017).
#[activation]
pub fn selu(x: f32) -> f32 {
    const ALPHA: f32 = 1.673_263_2;
    const SCALE: f32 = 1.050_701;
    SCALE * if x > 0.0 { x } else { ALPHA * x.exp_m1() }
}

/// Continuously differentiable ELU (Barron 2017).
#[activation]
pub fn celu(x: f32, #[param(1.0)] alpha: f32) -> f32 {
    if x > 0.0 { x } else { alpha * (x / alpha).exp_m1() }
}

/// Logistic function.
#[activation(name = Sigmoid)]
pub fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Hyperbolic tangent.
#[activation]
pub fn tanh(x: f32) -> f32 {
    x.tanh()
}

/// Gaussian error linear unit, exact form (Hendrycks & Gimpel 2016).
#[activation]
pub fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

/// The tanh approximation of GELU.
#[activation]
pub fn gelu_tanh(x: f32) -> f32 {
    0.5 * x * (1.0 + (0.797_884_56 * (x + 0.044_715 * x * x * x)).tanh())
}

/// Sigmoid linear unit, swish with β = 1 (Elfwing et al. 2017).
#[activation]
pub fn silu(x: f32) -> f32 {
    x * sigmoid(x)
}

/// Swish with a trainable β (Ramachandran et al. 2017).
#[activation]
pub fn swish(x: f32, #[param(1.0)] beta: f32) -> f32 {
    x * sigmoid(beta * x)
}

/// Mish (Misra 2019).
#[activation]
pub fn mish(x: f32) -> f32 {
    x * softplus(x).tanh()
}

/// Softplus (Dugas et al. 2000).
#[activation(name = Softplus)]
pub fn smooth_relu(x: f32) -> f32 {
    (1.0 + x.exp()).ln()
}

/// x/(1 + |x|) (Turian et al. 2009).
#[activation]
pub fn softsign(x: f32) -> f32 {
    x / (1.0 + x.abs())
}

/// Piecewise linear sigmoid.
#[activation]
pub fn hard_sigmoid(x: f32) -> f32 {
    (x / 6.0 + 0.5).clamp(0.0, 1.0)
}

/// Piecewise quadratic swish (Howard et al. 2019).
#[activation]
pub fn hard_swish(x: f32) -> f32 {
    x * (x / 6.0 + 0.5).clamp(0.0, 1.0)
}

/// The identity between −1 and 1.
#[activation]
pub fn hard_tanh(x: f32) -> f32 {
    x.clamp(-1.0, 1.0)
}

/// x − tanh(x).
#[activation]
pub fn tanh_shrink(x: f32) -> f32 {
    x - x.tanh()
}

/// x + sin²(αx)/α, for periodic data (Ziyin et al. 2020).
#[activation]
pub fn snake(x: f32, #[param(1.0)] alpha: f32) -> f32 {
    let s = (alpha * x).sin();
    x + s * s / alpha
}

/// Parametric ReLU with a trainable slope (He et al. 2015).
#[activation(name = PRelu)]
pub fn parametric_relu(x: f32, #[param(0.25)] slope: f32) -> f32 {
    if x > 0.0 { x } else { slope * x }
}

/// Gated linear unit (Dauphin et al. 2017).
#[activation]
pub fn glu(a: f32, b: f32) -> f32 {
    a * sigmoid(b)
}

/// Swish-gated linear unit (Shazeer 2020).
#[activation(name = SwiGlu)]
pub fn swiglu(gate: f32, up: f32) -> f32 {
    gate * sigmoid(gate) * up
}

/// GELU-gated linear unit (Shazeer 2020).
#[activation(name = GeGlu)]
pub fn geglu(gate: f32, up: f32) -> f32 {
    0.5 * gate * (1.0 + erf(gate * std::f32::consts::FRAC_1_SQRT_2)) * up
}
