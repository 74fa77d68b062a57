//! Angles to the nearest quarter turn, for the trigonometric functions.

use super::double_word::{fast_two_sum, split, two_product, two_sum};
use crate::arith::Lanes;
use crate::array::map;

/// Up to here [`reduce_moderate`] is exact enough; beyond it takes [`reduce_large`].
pub(super) const LARGE: f64 = 1e6;

/// Added to a number below 2^51, it leaves the nearest integer in the low bits of the sum.
pub(super) const ROUND: f64 = 1.5 * (1u64 << 52) as f64;

/// π/2, and the part that its f64 lacks.
const HALF_PI: [f64; 2] = [core::f64::consts::FRAC_PI_2, 6.123233995736766e-17];

/// π/2 as a sum: thrice 33 bits, then 53. The products of the first three with an integer below 2^20 are exact.
const HALF_PI_PARTS: [f64; 4] =
    [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32];

/// x ≥ 0 as (high + low) + n·π/2 with |high| ≤ π/4 (and a little more).
#[derive(Clone, Copy)]
pub(super) struct Reduced<V> {
    /// The remainder, rounded to f64.
    pub(super) high: V,
    /// What it lacks.
    pub(super) low: V,
    /// A number whose lowest bits are those of n.
    pub(super) turns: V,
}

/// The reduction of any x ≥ 0 (NaN of NaN and infinity).
#[inline(always)]
pub(super) fn reduce<V: Lanes<Scalar = f64>>(x: V) -> Reduced<V> {
    let moderate = reduce_moderate(x);
    let large = x.gt(x.constant(LARGE)) & x.lt(x.constant(f64::INFINITY));
    if !V::any(large) {
        return moderate;
    }
    let exact = reduce_large(x);
    Reduced {
        high: V::select(large, exact.high, moderate.high),
        low: V::select(large, exact.low, moderate.low),
        turns: V::select(large, exact.turns, moderate.turns),
    }
}

/// For x ≤ [`LARGE`] (Cody and Waite 1980).
#[inline(always)]
fn reduce_moderate<V: Lanes<Scalar = f64>>(x: V) -> Reduced<V> {
    let turns = x * x.constant(core::f64::consts::FRAC_2_PI) + x.constant(ROUND);
    let n = turns - x.constant(ROUND);
    let [first, second, third, fourth] = map(
        HALF_PI_PARTS,
        n,
        #[inline(always)]
        |part| n * x.constant(part),
    );
    let (remainder, error) = two_sum(x - first, -second);
    let (remainder, second_error) = two_sum(remainder, -third);
    let (high, low) = fast_two_sum(remainder, error + second_error - fourth);
    Reduced { high, low, turns }
}

/// For x > [`LARGE`] (Payne and Hanek 1983): x·2/π modulo 4, from the bits of 2/π that matter at the exponent of x.
///
/// With x = 2^(16i)·s and 2^16 ≤ s < 2^32, they are a window of 209 bits that starts 16i bits into 2/π: what is
/// before it contributes multiples of 4.
#[inline(always)]
fn reduce_large<V: Lanes<Scalar = f64>>(x: V) -> Reduced<V> {
    let window = ((x.to_bits() >> 52) - x.bits(1023 + 16)) >> 4;
    let (s_high, s_low) = split(x.from_bits(x.to_bits() - (window << 56)));
    let (zero, four, quarter) = (x.constant(0.0), x.constant(4.0), x.constant(0.25));
    let (mut n, mut high, mut low) = (zero, zero, zero);
    for part in &WINDOWS {
        let part = x.lookup(window, part);
        for s in [s_high, s_low] {
            let product = s * part;
            let product = product - (product * quarter).round_ties_even() * four;
            let (sum, error) = two_sum(high, product);
            let whole = sum.round_ties_even();
            n = n + whole;
            (high, low) = fast_two_sum(sum - whole, low + error);
        }
    }
    let [half_pi, half_pi_error] = map(
        HALF_PI,
        x,
        #[inline(always)]
        |part| x.constant(part),
    );
    let (product, error) = two_product(high, half_pi);
    let (high, low) = fast_two_sum(product, error + (low * half_pi + high * half_pi_error));
    Reduced { high, low, turns: n + x.constant(ROUND) }
}

/// `WINDOWS[j][i]`: the j-th part of 2/π·2^(16i), less its bits worth 2^38 and more. Six parts of 26 bits, whose
/// products with half an f64 are exact, and one of 53.
static WINDOWS: [[f64; 64]; 7] = {
    let mut windows = [[0.0; 64]; 7];
    let mut j = 0;
    while j < 7 {
        let mut i = 0;
        while i < 64 {
            let (highest, count) = (37 - 26 * j as i32, if j == 6 { 53 } else { 26 });
            windows[j][i] = two_over_pi(highest, count, 16 * i as i32);
            i += 1;
        }
        j += 1;
    }
    windows
};

/// The `count` bits of 2/π·2^`shift` that are worth 2^`highest` and less.
const fn two_over_pi(highest: i32, count: i32, shift: i32) -> f64 {
    let mut digits = 0u64;
    let mut weight = highest;
    while weight > highest - count {
        // The bit worth 2^-1 stands first.
        let place = shift - 1 - weight;
        digits <<= 1;
        if place >= 0 {
            digits |= TWO_OVER_PI[(place / 64) as usize] >> (63 - place % 64) & 1;
        }
        weight -= 1;
    }
    digits as f64 * f64::from_bits(((1023 + highest - count + 1) as u64) << 52)
}

/// The first 1,216 bits of 2/π after the point.
const TWO_OVER_PI: [u64; 19] = [
    0xa2f9836e4e441529,
    0xfc2757d1f534ddc0,
    0xdb6295993c439041,
    0xfe5163abdebbc561,
    0xb7246e3a424dd2e0,
    0x06492eea09d1921c,
    0xfe1deb1cb129a73e,
    0xe88235f52ebb4484,
    0xe99c7026b45f7e41,
    0x3991d639835339f4,
    0x9c845f8bbdf9283b,
    0x1ff897ffde05980f,
    0xef2f118b5a0a6d1f,
    0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b,
    0x3d0739f78a5292ea,
    0x6bfb5fb11f8d5d08,
    0x56033046fc7b6bab,
];
