//! Powers: |x|^y = e^(y·ln |x|).
//!
//! The relative error of a power is the absolute error of the exponent, which goes to 745: in f64, ln |x| needs
//! 64 bits, so it is computed in two words. f32 lanes compute in f64, where one word is enough.

use crate::arith::Arith;

/// Gives `magnitude`, |x|^y, the sign and the special values of x^y.
#[inline(always)]
fn with_specials<V: Arith>(x: V, y: V, magnitude: V) -> V {
    let (zero, half, one, infinity) =
        (x.constant(0.0), x.constant(0.5), x.constant(1.0), x.constant(f64::INFINITY));
    let integral = y.trunc().eq(y);
    let odd = integral & (y * half).trunc().ne(y * half);
    let power = V::select(odd, magnitude.copysign(x), magnitude);
    let undefined = x.lt(zero) & x.gt(-infinity) & !integral;
    let power = V::select(undefined, x.constant(f64::NAN), power);
    let is_one = x.eq(one) | y.eq(zero) | (x.abs().eq(one) & y.abs().eq(infinity));
    V::select(is_one, one, power)
}

/// For f32 lanes.
pub mod single {
    use crate::arith::{Arith, Lanes};
    use crate::math::exp::double::SHORT as EXP;
    use crate::math::log::double::SHORT as LOG;

    /// a^y for a ≥ 0, to 2^−32 of it.
    #[inline(always)]
    fn magnitude<W: Lanes<Scalar = f64>>(a: W, y: W) -> W {
        EXP.exp(y * LOG.ln(a))
    }

    /// Bound on the error of `powf`, in ulp, held against correctly rounded powers.
    pub const POWF_ULP: f64 = 0.51;

    #[inline(always)]
    pub(in crate::math) fn powf<V: Lanes<Scalar = f32>>(x: V, exponent: V) -> V {
        let [power] = V::in_f64(
            [x, exponent],
            #[inline(always)]
            |[x, y]| [magnitude(x.abs(), y)],
        );
        super::with_specials(x, exponent, power)
    }

    /// Bound on the error of `powi`, in ulp, held against correctly rounded powers.
    pub const POWI_ULP: f64 = 1.5;

    #[inline(always)]
    pub(in crate::math) fn powi<V: Lanes<Scalar = f32>>(x: V, n: i32) -> V {
        match n {
            0 => return x.constant(1.0),
            1 => return x,
            2 => return x * x,
            3 => return x * x * x,
            _ => {}
        }
        let [power] = V::in_f64(
            [x],
            #[inline(always)]
            |[x]| {
                // A square for each bit of n loses a bit of f64 each time.
                if n.unsigned_abs() <= 64 {
                    [repeated_squares(x, n)]
                } else {
                    [magnitude(x.abs(), x.constant(n.into()))]
                }
            },
        );
        if n % 2 == 0 { power } else { power.copysign(x) }
    }

    #[inline(always)]
    fn repeated_squares<W: Arith>(x: W, n: i32) -> W {
        let (mut rest, mut square, mut power) = (n.unsigned_abs(), x, x.constant(1.0));
        while rest > 0 {
            if rest % 2 == 1 {
                power = power * square;
            }
            square = square * square;
            rest /= 2;
        }
        if n < 0 { x.constant(1.0) / power } else { power }
    }
}

/// For f64 lanes.
pub mod double {
    use crate::arith::{Format, Lanes};
    use crate::math::double_word::{fast_two_sum, quotient, two_product};
    use crate::math::exp::double::EXP;
    use crate::math::format::{Split, least_normal};
    use crate::math::log::double::LOG;
    use crate::math::polynomial::horner;

    /// 1/3, rounded and the rest.
    const THIRD: [f64; 2] = [0.3333333333333333, 1.850371707708594e-17];
    /// atanh(s)/s = 1 + z/3 + z²·p(z) with z = s², |s| ≤ 1/5: Sollya,
    /// `fpminimax((atanh(sqrt(x))/sqrt(x)-1-x/3)/x^2, 7, [|D...|], [0; 0.0401], absolute)`, error 2^−65.6.
    const ATANH: [f64; 8] = [
        0.19999999999999998,
        0.14285714285718415,
        0.1111111110908011,
        0.09090909483561758,
        0.0769227004858025,
        0.06668631282776794,
        0.05825713275841274,
        0.06102597631423799,
    ];

    /// ln a for a ≥ 0 in two words: with a = 2ᵏ·(1 + f), ln(1 + f) = 2·atanh(f/(2 + f)).
    #[inline(always)]
    fn ln<V: Lanes<Scalar = f64>>(a: V) -> (V, V) {
        let (zero, two) = (a.constant(0.0), a.constant(2.0));
        let (least, step) = (a.constant(least_normal::<V>()), a.constant(f64::SIGNIFICAND_BITS.into()));
        let small = a.lt(least);
        let split = Split::new(V::select(small, a.scale_by_power_of_two(step), a));
        let k = split.exponent() - V::select(small, step, zero);
        let f = split.significand() - a.constant(1.0);

        let (s, s_low) = quotient((f, zero), fast_two_sum(two, f));
        let (s, s_low) = fast_two_sum(s, s_low);
        let (z, lost) = two_product(s, s);
        let z_low = (s + s).mul_add(s_low, lost);
        let (third, lost) = two_product(z, a.constant(THIRD[0]));
        let third_low = z_low.mul_add(a.constant(THIRD[0]), z.mul_add(a.constant(THIRD[1]), lost));
        let (w, lost) = fast_two_sum(third, (z * z) * horner(z, &ATANH));
        let w_low = third_low + lost;
        let (product, lost) = two_product(s, w);
        let product_low = s.mul_add(w_low, s_low.mul_add(w, lost));
        let (atanh, lost) = fast_two_sum(s, product);
        let atanh_low = (s_low + product_low) + lost;

        let (high, lost) = fast_two_sum(k * a.constant(LOG.ln2[0]), atanh * two);
        let low = k.mul_add(a.constant(LOG.ln2[1]), atanh_low.mul_add(two, lost));
        let (high, low) = fast_two_sum(high, low);
        let infinity = a.constant(f64::INFINITY);
        let special = a.eq(zero) | !a.lt(infinity);
        (V::select(special, V::select(a.eq(zero), -infinity, a), high), V::select(special, zero, low))
    }

    /// a^y for a ≥ 0.
    #[inline(always)]
    fn magnitude<V: Lanes<Scalar = f64>>(a: V, y: V) -> V {
        let (ln, ln_low) = ln(a);
        let (exponent, lost) = two_product(y, ln);
        let low = y.mul_add(ln_low, lost);
        // Beyond, the power is 0 or infinite, and so may be what the product lost.
        let moderate = exponent.abs().lt(exponent.constant(1000.0));
        EXP.exp_of_sum(exponent, V::select(moderate, low, a.constant(0.0)))
    }

    /// Bound on the error of `powf`, in ulp, held against correctly rounded powers.
    pub const POWF_ULP: f64 = 1.0;

    #[inline(always)]
    pub(in crate::math) fn powf<V: Lanes<Scalar = f64>>(x: V, exponent: V) -> V {
        super::with_specials(x, exponent, magnitude(x.abs(), exponent))
    }

    /// Bound on the error of `powi`, in ulp, held against correctly rounded powers.
    pub const POWI_ULP: f64 = 1.5;

    #[inline(always)]
    pub(in crate::math) fn powi<V: Lanes<Scalar = f64>>(x: V, n: i32) -> V {
        match n {
            0 => x.constant(1.0),
            1 => x,
            2 => x * x,
            3 => x * x * x,
            -1 => x.constant(1.0) / x,
            _ => {
                let power = magnitude(x.abs(), x.constant(n.into()));
                if n % 2 == 0 { power } else { power.copysign(x) }
            }
        }
    }
}
