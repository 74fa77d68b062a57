//! Arc sine, arc cosine, arc tangent.
//!
//! Beyond 1/2, asin and acos go by asin x = π/2 − 2 asin √((1 − x)/2). The arc tangent is that of a fraction, which
//! is turned to lie between 0 and 1 and then by a known angle near it. f32 lanes compute in f64.

use core::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use super::polynomial::horner;
use crate::arith::Lanes;

/// atan(1/2).
const ATAN_HALF: f64 = 0.4636476090008061;

/// What the f64 of π/2, π, π/4 and atan(1/2) lack.
const FRAC_PI_2_LOW: f64 = 6.123233995736766e-17;
const PI_LOW: f64 = 2.0 * FRAC_PI_2_LOW;
const FRAC_PI_4_LOW: f64 = 0.5 * FRAC_PI_2_LOW;
const ATAN_HALF_LOW: f64 = 2.2698777452961687e-17;

/// What the arc sine and cosine of x are made of.
struct HalfAngle<V: Lanes> {
    /// |x| > 1/2.
    large: V::Mask,
    /// |x|, or where it is large √((1 − |x|)/2).
    sine: V,
    /// Its square, before rounding.
    square: V,
    /// asin(sine)/sine − 1.
    correction: V,
}

impl<V: Lanes<Scalar = f64>> HalfAngle<V> {
    #[inline(always)]
    fn new<const N: usize>(x: V, asin: &[f64; N]) -> Self {
        let (size, half) = (x.abs(), x.constant(0.5));
        let large = size.gt(half);
        let square = V::select(large, half - size * half, size * size);
        let sine = V::select(large, square.sqrt(), size);
        Self { large, sine, square, correction: square * horner(square, asin) }
    }
}

/// ±x, minus where the mask is set.
#[inline(always)]
fn negate_where<V: Lanes>(mask: V::Mask, x: V) -> V {
    V::select(mask, -x, x)
}

/// Where the sign bit is set, that of −0 too.
#[inline(always)]
fn is_negative<V: Lanes>(x: V) -> V::Mask {
    x.constant(1.0).copysign(x).lt(x.constant(0.0))
}

/// The direction of the point (x, y), y ≥ 0, as `turn ± (known + atan t)`.
struct Direction<V: Lanes> {
    /// The numerator and the denominator of t, |t| ≤ 1/4; the latter a sum of two.
    numerator: V,
    denominator: [V; 2],
    /// 0, atan(1/2) or π/4, and what that lacks.
    known: [V; 2],
    /// 0, π/2 or π, and what that lacks.
    turn: [V; 2],
    /// The sign is minus.
    backward: V::Mask,
}

impl<V: Lanes<Scalar = f64>> Direction<V> {
    #[inline(always)]
    fn new(y: V, x: V) -> Self {
        let (zero, one, infinity) = (x.constant(0.0), x.constant(1.0), x.constant(f64::INFINITY));
        let (left, x) = (is_negative(x), x.abs());
        let steep = y.gt(x);
        let (short, long) = (V::select(steep, x, y), V::select(steep, y, x));
        // Infinities and zeros have the direction of the finite points that they stand for.
        let infinite = long.eq(infinity);
        let short = V::select(short.eq(infinity), one, V::select(infinite, short * zero, short));
        let long = V::select(infinite | long.eq(zero), one, long);

        let (middle, diagonal) = (short.gt(long * x.constant(0.25)), short.gt(long * x.constant(0.72)));
        let nearest = |at_half, at_one| {
            V::select(diagonal, x.constant(at_one), V::select(middle, x.constant(at_half), zero))
        };
        // atan(short/long) − atan(slope) = atan((short − slope·long)/(long + slope·short)); the numerator is exact.
        let slope = nearest(0.5, 1.0);
        let step = slope * short;
        let sum = long + step;
        let start = |half_turn, quarter_turn| {
            V::select(steep, x.constant(quarter_turn), V::select(left, x.constant(half_turn), zero))
        };
        Self {
            numerator: short - slope * long,
            denominator: [sum, step - (sum - long)],
            known: [nearest(ATAN_HALF, FRAC_PI_4), nearest(ATAN_HALF_LOW, FRAC_PI_4_LOW)],
            turn: [start(PI, FRAC_PI_2), start(PI_LOW, FRAC_PI_2_LOW)],
            backward: steep ^ left,
        }
    }
}

/// For f32 lanes.
pub mod single {
    use super::{Direction, FRAC_PI_2, HalfAngle, PI, horner, negate_where};
    use crate::arith::{Arith, Lanes};

    /// (asin x − x)/x³ in x²: Sollya
    /// `fpminimax(asin(x), [|3,5,7,9,11,13|], [|D...|], [0;0.5001], relative, x)`, error 2^-31.7 of asin x.
    const ASIN: [f64; 6] = [
        0.16666659972672146,
        0.07500505382999974,
        0.04451670825907576,
        0.03180991278486925,
        0.0144298354269283,
        0.037529386591233095,
    ];

    /// (atan x − x)/x³ in x²: `fpminimax(atan(x), [|3,5,7,9|], [|D...|], [0;0.25001], relative, x)`, error 2^-32.5
    /// of atan x.
    const ATAN: [f64; 4] =
        [-0.3333332487817165, 0.19998673747086493, -0.1422069359475461, 0.09837056346213226];

    /// Largest error of asin, in ulp.
    pub const ASIN_ULP: f64 = 0.505;

    #[inline(always)]
    pub(in crate::math) fn asin<V: Lanes<Scalar = f32>>(x: V) -> V {
        let [asin] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| {
                let HalfAngle { large, sine, correction, .. } = HalfAngle::new(x, &ASIN);
                let angle = sine.mul_add(correction, sine);
                [V::Wide::select(large, x.constant(FRAC_PI_2) - (angle + angle), angle)]
            },
        );
        asin.copysign(x)
    }

    /// Largest error of acos, in ulp.
    pub const ACOS_ULP: f64 = 0.505;

    #[inline(always)]
    pub(in crate::math) fn acos<V: Lanes<Scalar = f32>>(x: V) -> V {
        let [acos] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| {
                let HalfAngle { large, sine, correction, .. } = HalfAngle::new(x, &ASIN);
                let angle = sine.mul_add(correction, sine);
                let zero = x.constant(0.0);
                let negative = x.lt(zero);
                let far =
                    negate_where(negative, angle + angle) + V::Wide::select(negative, x.constant(PI), zero);
                [V::Wide::select(large, far, x.constant(FRAC_PI_2) - angle.copysign(x))]
            },
        );
        acos
    }

    #[inline(always)]
    fn direction<V: Lanes<Scalar = f64>>(y: V, x: V) -> V {
        let Direction { numerator, denominator: [denominator, _], known, turn, backward } =
            Direction::new(y, x);
        let tangent = numerator / denominator;
        let square = tangent * tangent;
        let angle = known[0] + tangent.mul_add(square * horner(square, &ATAN), tangent);
        turn[0] + negate_where(backward, angle)
    }

    /// Largest error of atan, in ulp.
    pub const ATAN_ULP: f64 = 0.503;

    #[inline(always)]
    pub(in crate::math) fn atan<V: Lanes<Scalar = f32>>(x: V) -> V {
        let [angle] = V::in_f64(
            [x.abs()],
            #[inline(always)]
            |[x]| [direction(x, x.constant(1.0))],
        );
        angle.copysign(x)
    }

    /// Largest error of atan2, in ulp.
    pub const ATAN2_ULP: f64 = 0.51;

    #[inline(always)]
    pub(in crate::math) fn atan2<V: Lanes<Scalar = f32>>(y: V, x: V) -> V {
        let [angle] = V::in_f64(
            [y.abs(), x],
            #[inline(always)]
            |[y, x]| [direction(y, x)],
        );
        angle.copysign(y)
    }
}

/// For f64 lanes.
pub mod double {
    use super::super::double_word::{fast_two_sum, split, two_product, two_sum};
    use super::{Direction, FRAC_PI_2, FRAC_PI_2_LOW, HalfAngle, PI, PI_LOW, horner, negate_where};
    use crate::arith::Lanes;

    /// (asin x − x)/x³ in x²: Sollya
    /// `fpminimax(asin(x), [|3,5,…,27|], [|D...|], [0;0.5001], relative, x)`, error 2^-59.8 of asin x.
    const ASIN: [f64; 13] = [
        0.1666666666666676,
        0.07499999999970819,
        0.04464285717463486,
        0.030381942705297083,
        0.022372215087561365,
        0.017351609783380524,
        0.013980851700077703,
        0.011398625814254644,
        0.010782015819906045,
        0.0036992080121916663,
        0.021726180471198574,
        -0.021027172579616248,
        0.03264714308743945,
    ];

    /// (atan x − x)/x³ in x²: `fpminimax(atan(x), [|3,5,…,19|], [|D...|], [0;0.25001], relative, x)`, error 2^-63.7
    /// of atan x.
    const ATAN: [f64; 9] = [
        -0.3333333333333332,
        0.19999999999991552,
        -0.14285714283826248,
        0.11111110904492466,
        -0.09090896292697659,
        0.07691827833888226,
        -0.06655528598333005,
        0.057249277578087336,
        -0.040001945196285846,
    ];

    /// What the rounded root lacks.
    #[inline(always)]
    fn root_error<V: Lanes<Scalar = f64>>(square: V, root: V) -> V {
        let (high, low) = split(root);
        let error = (square - high * high) / (root + high) - low;
        V::select(root.gt(root.constant(0.0)), error, root.constant(0.0))
    }

    /// Largest error of asin, in ulp.
    pub const ASIN_ULP: f64 = 0.6;

    #[inline(always)]
    pub(in crate::math) fn asin<V: Lanes<Scalar = f64>>(x: V) -> V {
        let HalfAngle { large, sine, square, correction } = HalfAngle::new(x, &ASIN);
        let correction = sine * correction;
        let twice = -(sine + sine);
        let (far, error) = fast_two_sum(x.constant(FRAC_PI_2), twice);
        let rest = root_error(square, sine) + correction;
        let far = far + (error - (rest + rest - x.constant(FRAC_PI_2_LOW)));
        V::select(large, far, sine + correction).copysign(x)
    }

    /// Largest error of acos, in ulp.
    pub const ACOS_ULP: f64 = 0.6;

    #[inline(always)]
    pub(in crate::math) fn acos<V: Lanes<Scalar = f64>>(x: V) -> V {
        let HalfAngle { large, sine, square, correction } = HalfAngle::new(x, &ASIN);
        let (zero, negative) = (x.constant(0.0), x.lt(x.constant(0.0)));
        // Near ±1 it is 2·asin(sine) or π less that; else π/2 − asin x.
        let start = |half_turn, quarter_turn| {
            V::select(large, V::select(negative, x.constant(half_turn), zero), x.constant(quarter_turn))
        };
        let scale = negate_where(negative, V::select(large, x.constant(2.0), x.constant(-1.0)));
        let root_error = V::select(large, root_error(square, sine), zero);
        let (sum, error) = fast_two_sum(start(PI, FRAC_PI_2), scale * sine);
        sum + (error + (scale * (root_error + sine * correction) + start(PI_LOW, FRAC_PI_2_LOW)))
    }

    /// Denominators of all sizes are brought to where the errors of products with them don't underflow.
    #[inline(always)]
    fn direction<V: Lanes<Scalar = f64>>(y: V, x: V) -> V {
        let Direction { numerator, denominator, known, turn, backward } = Direction::new(y, x);
        let tangent = numerator / denominator[0];
        let (product, error) = two_product(tangent, denominator[0]);
        let remainder = (numerator - product) - error - tangent * denominator[1];
        // A small tangent is its angle, and its remainder may have underflowed.
        let small = tangent.abs().lt(x.constant(2f64.powi(-30)));
        let tangent_error = V::select(small, x.constant(0.0), remainder / denominator[0]);
        let square = tangent * tangent;
        let correction = tangent_error + tangent * square * horner(square, &ATAN);

        let (start, start_error) = two_sum(turn[0], negate_where(backward, known[0]));
        let low = start_error + turn[1] + negate_where(backward, known[1]);
        // Added in this order, the angle of a start at 0 is rounded once.
        start + (low + negate_where(backward, tangent + correction))
    }

    /// Largest error of atan, in ulp.
    pub const ATAN_ULP: f64 = 0.9;

    #[inline(always)]
    pub(in crate::math) fn atan<V: Lanes<Scalar = f64>>(x: V) -> V {
        direction(x.abs(), x.constant(1.0)).copysign(x)
    }

    /// Largest error of atan2, in ulp.
    pub const ATAN2_ULP: f64 = 0.9;

    #[inline(always)]
    pub(in crate::math) fn atan2<V: Lanes<Scalar = f64>>(y: V, x: V) -> V {
        let size = x.abs().max(y.abs());
        let scale = V::select(
            size.gt(x.constant(2f64.powi(500))),
            x.constant(2f64.powi(-500)),
            V::select(size.lt(x.constant(2f64.powi(-500))), x.constant(2f64.powi(500)), x.constant(1.0)),
        );
        direction((y * scale).abs(), x * scale).copysign(y)
    }
}
