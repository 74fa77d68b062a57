//! The elementary functions near home, in double-double.
//!
//! All follow one plan: subtract the nearest point of a coarse grid (exactly: the point is a short fraction), look
//! the function up there, and correct by a short series in what is left. Each is within 2⁻¹⁰¹ of the truth,
//! relatively, at arguments in its range.

use super::double_double::{Dd, ONE, dd, two_product, two_sum};
use super::tables::{
    ATAN, ATAN_SERIES, ATANH_SERIES, COS_M1_SERIES, ERF_SERIES, ERFCX, EXP_M1, EXP_M1_SERIES, FRAC_PI_2, LN,
    LN_2, LOG2_E, SIN_COS, SIN_SERIES, TWO_OVER_PI,
};

/// Adding and subtracting it rounds a small f64 to an integer, in two instructions on any target.
const ROUNDER: f64 = 6_755_399_441_055_744.0; // 1.5 · 2⁵²

#[inline(always)]
fn nearest(x: f64) -> f64 {
    (x + ROUNDER) - ROUNDER
}

/// eˣ − 1 for |x| ≤ 0.38: with x = c + r, c = j/64, it is E + p + E·p, E = expm1(c), p = expm1(r).
pub(super) fn exp_m1(x: Dd) -> Dd {
    let j = nearest(64.0 * x.hi);
    let r = two_sum(x.hi - j / 64.0, x.lo);
    let p = r * EXP_M1_SERIES.at(r);
    let e = EXP_M1[(j + 24.0) as usize];
    e.add_smaller(p.add_smaller(e * p))
}

/// `(m, n)` with `e^(x + tail)` = m · 2ⁿ and m in (0.68, 1.46), for |x| < 2⁴⁸.
///
/// n·ln 2 is subtracted with 159 bits of ln 2, so that m is as accurate for a large x as for a small one; `tail`
/// holds what x has beyond 106 bits.
pub(super) fn exp(x: Dd, tail: f64) -> (Dd, f64) {
    let n = nearest(x.hi * LOG2_E.hi);
    let (first, second) = (two_product(n, LN_2[0]), two_product(n, LN_2[1]));
    let rest = two_sum(x.lo, -first.lo) + dd(-second.hi, tail - second.lo - n * LN_2[2]);
    (ONE.add_smaller(exp_m1(two_sum(x.hi, -first.hi) + rest)), n)
}

/// ln(1 + x) for x in [√½ − 1, √2 − 1]: with c = j/64 near 1 + x it is ln c + 2 artanh((1 + x − c)/(1 + x + c)).
pub(super) fn ln_1p(x: Dd) -> Dd {
    let j = nearest(64.0 * x.hi) + 64.0;
    let c = j / 64.0;
    let s = two_sum(x.hi - (c - 1.0), x.lo) / (dd(c + 1.0, 0.0) + x);
    LN[(j - 45.0) as usize].add_smaller(s.scale(2.0) * ATANH_SERIES.at(s.square()))
}

/// (sin x, cos x) for |x| ≤ 0.8: the addition theorems about j/16.
pub(super) fn sin_cos(x: Dd) -> (Dd, Dd) {
    let j = nearest(16.0 * x.hi.abs());
    let magnitude = if x.hi < 0.0 { -x } else { x };
    let r = two_sum(magnitude.hi - j / 16.0, magnitude.lo);
    let square = r.square();
    let sin = r * SIN_SERIES.at(square);
    let cos_m1 = square * COS_M1_SERIES.at(square);
    let [grid_sin, grid_cos] = SIN_COS[j as usize];
    let s = grid_sin.add_smaller(grid_cos * sin + grid_sin * cos_m1);
    let c = grid_cos.add_smaller(grid_cos * cos_m1 - grid_sin * sin);
    (if x.hi < 0.0 { -s } else { s }, c)
}

/// atan(y/x) for 0 ≤ y ≤ x, x > 0: with c = j/32 near y/x it is atan c + atan((y − cx)/(x + cy)).
pub(super) fn atan(y: Dd, x: Dd) -> Dd {
    let j = nearest(32.0 * (y.hi / x.hi));
    let c = j / 32.0;
    let t = (y - x * c) / (x + y * c);
    ATAN[j as usize].add_smaller(t * ATAN_SERIES.at(t.square()))
}

/// erf(x)/x for |x| < 1.
pub(super) fn erf_over_x(x: Dd) -> Dd {
    ERF_SERIES.at(x.square())
}

/// exp(x²)·erfc(x) for x in [1, 4): polynomials on four pieces, two an octave.
pub(super) fn erfcx(x: Dd) -> Dd {
    let (piece, centre, inverse_radius) = match x.hi {
        h if h < 1.5 => (0, 1.25, 4.0),
        h if h < 2.0 => (1, 1.75, 4.0),
        h if h < 3.0 => (2, 2.5, 2.0),
        _ => (3, 3.5, 2.0),
    };
    ERFCX[piece].at((x + -centre).scale(inverse_radius))
}

/// x² as the sum of a double-double and a tail: exp(−x²) needs its absolute error small.
pub(super) fn long_square(x: Dd) -> (Dd, f64) {
    let (square, cross) = (two_product(x.hi, x.hi), two_product(x.hi, 2.0 * x.lo));
    let middle = two_sum(square.lo, cross.hi);
    let high = two_sum(square.hi, middle.hi);
    let low = two_sum(high.lo, middle.lo + (cross.lo + x.lo * x.lo));
    (dd(high.hi, low.hi), low.lo)
}

/// An angle in quarter turns, modulo 4: two integral bits and the rest fraction, low limb first.
const LIMBS: usize = 5;
const FRACTION_BITS: i64 = 64 * LIMBS as i64 - 2;

/// (n mod 4, r) with x · 2^`exponent` = n·π/2 + r and |r| ≤ π/4, for x in [1, 2) and exponents up to 1023.
///
/// Payne and Hanek's reduction. x·2/π is formed modulo 4 as a 320-bit integer in units of 2⁻³¹⁸, each half of x
/// being a 53-bit integer times a window of the bits of 2/π. The error is below 2⁻²⁶⁴; f64s come no nearer to a
/// multiple of π/2 than 2⁻⁶², and double-doubles seldom nearer than 2⁻¹²⁰, so r keeps its relative accuracy.
pub(super) fn quarter_turns(x: Dd, exponent: f64) -> (u64, Dd) {
    let mut turns = [0; LIMBS];
    add_quarter_turns(&mut turns, x.hi, exponent as i64);
    add_quarter_turns(&mut turns, x.lo, exponent as i64);

    // Round to the nearest quarter turn: carry the first fractional bit into the two integral ones.
    let quadrant = (turns[LIMBS - 1] >> 62) + (turns[LIMBS - 1] >> 61 & 1);
    turns[LIMBS - 1] &= u64::MAX >> 2;
    let negative = turns[LIMBS - 1] >> 61 == 1;
    if negative {
        turns[LIMBS - 1] |= 3 << 62;
        negate(&mut turns);
    }
    let sign = if negative { -1.0 } else { 1.0 };
    (quadrant & 3, to_double_double(turns).scale(sign) * FRAC_PI_2)
}

/// Adds x · 2^`exponent` · 2/π in units of 2⁻³¹⁸, modulo 4.
fn add_quarter_turns(turns: &mut [u64; LIMBS], x: f64, exponent: i64) {
    let bits = x.to_bits();
    let biased = (bits >> 52 & 0x7ff) as i64;
    if biased == 0 {
        return; // zero; a subnormal half of a double-double is as good as zero
    }
    let integer = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    // x = ±integer · 2^(biased − 1075), so the window's last bit has weight 2^-position in 2/π.
    let position = biased - 1075 + exponent + FRACTION_BITS;
    let mut product = [0; LIMBS];
    let mut carry = 0;
    for (i, limb) in product.iter_mut().enumerate() {
        let end = position - 64 * i as i64;
        if end <= 0 {
            *limb = carry as u64;
            carry = 0;
            continue;
        }
        let (word, shift) = ((end / 64) as usize, end % 64);
        let window =
            (u128::from(TWO_OVER_PI[word]) << 64 | u128::from(TWO_OVER_PI[word + 1])) >> (64 - shift);
        carry += integer * u128::from(window as u64);
        *limb = carry as u64;
        carry >>= 64;
    }
    if x < 0.0 {
        negate(&mut product);
    }
    let mut carry = false;
    for (sum, term) in turns.iter_mut().zip(product) {
        let (partial, first) = sum.overflowing_add(term);
        let (total, second) = partial.overflowing_add(u64::from(carry));
        (*sum, carry) = (total, first | second);
    }
}

/// Two's complement.
fn negate(integer: &mut [u64; LIMBS]) {
    let mut carry = true;
    for limb in integer {
        (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
    }
}

/// The leading 106 bits of an integer in units of 2⁻³¹⁸.
fn to_double_double(integer: [u64; LIMBS]) -> Dd {
    let Some(top) = integer.iter().rposition(|&limb| limb != 0) else {
        return dd(0.0, 0.0);
    };
    let limb = |below: usize| top.checked_sub(below).map_or(0, |i| u128::from(integer[i]));
    let shift = integer[top].leading_zeros();
    let leading = (limb(0) << 64 | limb(1)) << shift | limb(2) >> (64 - shift);
    // The integer is about leading · 2^(64(top − 1) − shift).
    let unit = 64 * (top as i64 - 1) - i64::from(shift) - FRACTION_BITS;
    let power = |n: i64| f64::from_bits(((n + 1023) as u64) << 52);
    let (high, low) = ((leading >> 75) as u64, (leading >> 22) as u64 & ((1 << 53) - 1));
    two_sum(high as f64 * power(unit + 75), low as f64 * power(unit + 22))
}
