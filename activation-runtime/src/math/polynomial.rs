//! Polynomials.

use crate::arith::Lanes;

/// c₀ + c₁x + c₂x² + … by Horner's rule: the fewest operations, and the sweeps keep enough registers in flight
/// to hide the latency.
#[inline(always)]
pub(super) fn horner<V: Lanes>(x: V, coefficients: &[f64]) -> V {
    let mut i = coefficients.len() - 1;
    let mut sum = x.constant(coefficients[i]);
    while i > 0 {
        i -= 1;
        sum = sum.mul_add(x, x.constant(coefficients[i]));
    }
    sum
}
