//! Polynomials.

use crate::arith::Lanes;

/// c₀ + c₁x + c₂x² + … by Horner's rule: the fewest operations, and the sweeps keep enough registers in flight
/// to hide the latency.
#[inline(always)]
pub(super) fn horner<V: Lanes, const N: usize>(x: V, coefficients: &[f64; N]) -> V {
    let mut sum = x.constant(coefficients[N - 1]);
    let mut i = N - 1;
    while i > 0 {
        i -= 1;
        sum = sum.mul_add(x, x.constant(coefficients[i]));
    }
    sum
}
