//! Sums and products that keep what they round off (Dekker 1971, Knuth 1969): each result is the rounded one and
//! its exact error.

use crate::arith::{Format, Lanes};

/// a + b for |a| ≥ |b| or a = 0.
#[inline(always)]
pub(super) fn fast_two_sum<V: Lanes>(a: V, b: V) -> (V, V) {
    let sum = a + b;
    (sum, b - (sum - a))
}

/// a + b, whichever is larger.
#[inline(always)]
pub(super) fn two_sum<V: Lanes>(a: V, b: V) -> (V, V) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

/// The leading 26 of the 53 bits of x, and the rest.
#[inline(always)]
pub(super) fn split<V: Lanes<Scalar = f64>>(x: V) -> (V, V) {
    let high = x.from_bits(x.to_bits() & x.bits(!((1 << 27) - 1)));
    (high, x - high)
}

/// a·b. Where the instruction set has no FMA each factor is cut in halves, so that the partial products are
/// exact; factors beyond 2^115 (2^996 in f64) overflow there.
#[inline(always)]
pub(super) fn two_product<V: Lanes>(a: V, b: V) -> (V, V) {
    let product = a * b;
    if product.fused() {
        return (product, a.mul_add(b, -product));
    }
    let ((a0, a1), (b0, b1)) = (halves(a), halves(b));
    (product, a1 * b1 - (((product - a0 * b0) - a1 * b0) - a0 * b1))
}

/// x in two pieces of half its bits (Dekker).
#[inline(always)]
fn halves<V: Lanes>(x: V) -> (V, V) {
    let splitter = (1u64 << (V::Scalar::SIGNIFICAND_BITS / 2 + 1)) + 1;
    let shifted = x * x.constant(splitter as f64);
    let high = shifted - (shifted - x);
    (high, x - high)
}

/// (a + a′)/(b + b′) for a′, b′ small beside a, b: the rounded quotient a/b and what it lacks.
#[inline(always)]
pub(super) fn quotient<V: Lanes>((a, more_a): (V, V), (b, more_b): (V, V)) -> (V, V) {
    let inverse = a.constant(1.0) / b;
    let quotient = a * inverse;
    let remainder = if a.fused() {
        (-quotient).mul_add(b, a)
    } else {
        let (product, lost) = two_product(quotient, b);
        (a - product) - lost
    };
    (quotient, ((-quotient).mul_add(more_b, more_a) + remainder) * inverse)
}
