//! Cube root and hypotenuse.

use super::polynomial::horner;
use crate::arith::Lanes;

/// ∛m on [1, 2]: Sollya `fpminimax(x^(1/3), 4, [|D...|], [1;2], relative)`, error 2^-16.7, of which one step of
/// Halley's iteration makes 2^-50.
const CBRT: [f64; 5] =
    [0.5069793647240758, 0.7181539757666835, -0.3006115981183265, 0.08609136490806449, -0.01060389962921559];

/// ∛(2^i), the last entry unused.
const CBRT_OF_POWER: [f64; 4] = [1.0, 1.2599210498948732, 1.5874010519681996, 1.0];

/// A positive normal number as s · 8^n with 1 ≤ s < 8, and ∛s to 2^-50: (s, ∛s, n).
#[inline(always)]
fn halley<V: Lanes<Scalar = f64>>(x: V) -> (V, V, V) {
    let integers = x.constant(2f64.powi(52));
    let exponent = x.from_bits((x.to_bits() >> 52) | integers.to_bits()) - integers;
    let third = ((exponent + x.constant(0.5)) * x.constant(1.0 / 3.0)).floor();
    let rest = exponent - third * x.constant(3.0);
    let rest_bits = (rest + integers).to_bits();
    let one = x.constant(1.0).to_bits();
    let mantissa = x.from_bits((x.to_bits() & x.bits((1 << 52) - 1)) | one);
    let s = mantissa * x.lookup(rest_bits, &[1.0, 2.0, 4.0, 1.0]);
    let guess = horner(mantissa, &CBRT) * x.lookup(rest_bits, &CBRT_OF_POWER);
    let cube = guess * guess * guess;
    // The biased exponent 3·341 + e is thrice 341 too large.
    (s, guess * ((cube + s + s) / (cube + cube + s)), third - x.constant(341.0))
}

/// For f32 lanes.
pub mod single {
    use super::halley;
    use crate::arith::{Arith, Lanes};

    /// Largest error of cbrt, in ulp.
    pub const CBRT_ULP: f64 = 0.501;

    #[inline(always)]
    pub(in crate::math) fn cbrt<V: Lanes<Scalar = f32>>(x: V) -> V {
        let [root] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| {
                let (_, root, n) = halley(x.abs());
                [root.scale_by_power_of_two(n)]
            },
        );
        let regular = x.ne(x.constant(0.0)) & x.abs().lt(x.constant(f64::INFINITY));
        V::select(regular, root.copysign(x), x + x)
    }

    /// Largest error of hypot, in ulp.
    pub const HYPOT_ULP: f64 = 0.501;

    #[inline(always)]
    pub(in crate::math) fn hypot<V: Lanes<Scalar = f32>>(x: V, other: V) -> V {
        // The squares of f32 are exact in f64 and can't overflow.
        let [root] = V::in_f64(
            [x, other],
            #[inline(always)]
            |[x, y]| [x.mul_add(x, y * y).sqrt()],
        );
        let infinity = x.constant(f64::INFINITY);
        V::select(x.abs().eq(infinity) | other.abs().eq(infinity), infinity, root)
    }
}

/// For f64 lanes.
pub mod double {
    use super::super::double_word::{fast_two_sum, two_product};
    use super::halley;
    use crate::arith::Lanes;

    /// Largest error of cbrt, in ulp.
    pub const CBRT_ULP: f64 = 0.67;

    #[inline(always)]
    pub(in crate::math) fn cbrt<V: Lanes<Scalar = f64>>(x: V) -> V {
        let size = x.abs();
        let subnormal = size.lt(x.constant(f64::MIN_POSITIVE));
        let (s, root, n) = halley(V::select(subnormal, size * x.constant(2f64.powi(54)), size));
        // A last step whose error is that of a small correction: with the root cut to 22 bits, its square is exact.
        let root = root.from_bits(root.to_bits() & root.bits(!((1 << 31) - 1)));
        let quotient = s / (root * root);
        let root = root + root * ((quotient - root) / (root + root + quotient));
        let root = root.scale_by_power_of_two(n - V::select(subnormal, x.constant(18.0), x.constant(0.0)));
        let regular = x.ne(x.constant(0.0)) & size.lt(x.constant(f64::INFINITY));
        V::select(regular, root.copysign(x), x + x)
    }

    /// Largest error of hypot, in ulp.
    pub const HYPOT_ULP: f64 = 0.9;

    #[inline(always)]
    pub(in crate::math) fn hypot<V: Lanes<Scalar = f64>>(x: V, other: V) -> V {
        let (x, y) = (x.abs(), other.abs());
        let (large, small) = (x.max(y), x.min(y));
        // Powers of two that keep the larger square, and its error, in range.
        let up = large.lt(x.constant(2f64.powi(-450)));
        let down = large.gt(x.constant(2f64.powi(500)));
        let choose = |up_factor: f64, down_factor: f64| {
            V::select(up, x.constant(up_factor), V::select(down, x.constant(down_factor), x.constant(1.0)))
        };
        let (scale, unscale) =
            (choose(2f64.powi(600), 2f64.powi(-600)), choose(2f64.powi(-600), 2f64.powi(600)));
        let (large, small) = (large * scale, small * scale);
        let (large_square, large_error) = two_product(large, large);
        let (small_square, small_error) = two_product(small, small);
        let (sum, error) = fast_two_sum(large_square, small_square);
        let root = (sum + (error + (large_error + small_error))).sqrt() * unscale;
        let infinity = x.constant(f64::INFINITY);
        V::select(x.eq(infinity) | y.eq(infinity), infinity, root)
    }
}
