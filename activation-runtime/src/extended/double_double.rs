//! Double-double arithmetic: a number as the unevaluated sum of two f64, `|lo| ≤ ulp(hi)/2`, hence 106 bits.
//!
//! The algorithms and their error bounds (u = 2⁻⁵³) are those of Joldes, Muller and Popescu, *Tight and rigorous
//! error bounds for basic building blocks of double-word arithmetic* (ACM TOMS 44, 2017). Products are split as
//! Dekker did rather than by a fused multiply-add, which is a library call where the target lacks the instruction.
//! Everything is forced inline, so that a debug build (where the compiler runs) is fast as well.

use core::ops::{Add, Div, Mul, Neg, Sub};

#[derive(Clone, Copy)]
pub(super) struct Dd {
    pub(super) hi: f64,
    pub(super) lo: f64,
}

pub(super) const ONE: Dd = dd(1.0, 0.0);

#[inline(always)]
pub(super) const fn dd(hi: f64, lo: f64) -> Dd {
    Dd { hi, lo }
}

/// a + b exactly, where |a| ≥ |b| or a = 0.
#[inline(always)]
fn fast_two_sum(a: f64, b: f64) -> Dd {
    let sum = a + b;
    dd(sum, b - (sum - a))
}

/// a + b exactly (Knuth).
#[inline(always)]
pub(super) fn two_sum(a: f64, b: f64) -> Dd {
    let sum = a + b;
    let from_b = sum - a;
    dd(sum, (a - (sum - from_b)) + (b - from_b))
}

/// a · b exactly (Dekker, Veltkamp), for factors below 2⁹⁹⁶ and products above 2⁻⁹⁶⁹.
#[inline(always)]
pub(super) fn two_product(a: f64, b: f64) -> Dd {
    const SPLITTER: f64 = 134_217_729.0; // 2²⁷ + 1
    let (big_a, big_b) = (SPLITTER * a, SPLITTER * b);
    let (a_hi, b_hi) = (big_a - (big_a - a), big_b - (big_b - b));
    let (a_lo, b_lo) = (a - a_hi, b - b_hi);
    let product = a * b;
    dd(product, a_lo * b_lo - (((product - a_hi * b_hi) - a_lo * b_hi) - a_hi * b_lo))
}

impl Dd {
    /// self · 2ⁿ where `power` is 2ⁿ.
    #[inline(always)]
    pub(super) fn scale(self, power: f64) -> Self {
        dd(self.hi * power, self.lo * power)
    }

    /// `self + other` where |self| ≥ |other| or self = 0, and no cancellation to speak of: 4u².
    #[inline(always)]
    pub(super) fn add_smaller(self, other: Self) -> Self {
        let sum = fast_two_sum(self.hi, other.hi);
        fast_two_sum(sum.hi, sum.lo + (self.lo + other.lo))
    }

    #[inline(always)]
    pub(super) fn square(self) -> Self {
        self * self
    }

    /// √x for x > 0: one step of Newton's from the f64 root, 25/8 u².
    #[inline(always)]
    pub(super) fn sqrt(self) -> Self {
        let root = self.hi.sqrt();
        let square = two_product(root, root);
        let rest = (self.hi - square.hi) - square.lo + self.lo;
        fast_two_sum(root, rest / (2.0 * root))
    }

    /// ∛x for x in [1/2, 4): Halley's iteration in f64 from a line within 6 %, then a step of Newton's.
    #[inline(always)]
    pub(super) fn cbrt(self) -> Self {
        let x = self.hi;
        let mut root = 0.65 + 0.25 * x;
        for _ in 0..3 {
            let cube = root * root * root;
            root *= (cube + 2.0 * x) / (2.0 * cube + x);
        }
        let rest = self - two_product(root, root) * root;
        fast_two_sum(root, rest.hi / (3.0 * root * root))
    }
}

impl Neg for Dd {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        dd(-self.hi, -self.lo)
    }
}

/// `AccurateDWPlusDW`: 3u² (1 + 4u), whatever cancels.
impl Add for Dd {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let (high, low) = (two_sum(self.hi, other.hi), two_sum(self.lo, other.lo));
        let sum = fast_two_sum(high.hi, high.lo + low.hi);
        fast_two_sum(sum.hi, low.lo + sum.lo)
    }
}

impl Sub for Dd {
    type Output = Self;
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

/// `DWPlusFP`: 2u².
impl Add<f64> for Dd {
    type Output = Self;
    #[inline(always)]
    fn add(self, other: f64) -> Self {
        let sum = two_sum(self.hi, other);
        fast_two_sum(sum.hi, self.lo + sum.lo)
    }
}

/// `DWTimesDW1`: 7u².
impl Mul for Dd {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let product = two_product(self.hi, other.hi);
        fast_two_sum(product.hi, product.lo + (self.hi * other.lo + self.lo * other.hi))
    }
}

/// `DWTimesFP2`: 3u².
impl Mul<f64> for Dd {
    type Output = Self;
    #[inline(always)]
    fn mul(self, other: f64) -> Self {
        let product = two_product(self.hi, other);
        fast_two_sum(product.hi, self.lo * other + product.lo)
    }
}

/// `DWDivDW2`: 15u².
impl Div for Dd {
    type Output = Self;
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        let quotient = self.hi / other.hi;
        let product = other * quotient;
        let rest = (self.hi - product.hi) + (self.lo - product.lo);
        fast_two_sum(quotient, rest / other.hi)
    }
}

/// A power series, constant term first. The terms of `tail` are so small beside the sum that f64 does for them.
pub(super) struct Polynomial<const HEAD: usize, const TAIL: usize> {
    pub(super) head: [Dd; HEAD],
    pub(super) tail: [f64; TAIL],
}

impl<const HEAD: usize, const TAIL: usize> Polynomial<HEAD, TAIL> {
    /// The value at `x`, by Horner's rule.
    #[inline(always)]
    pub(super) fn at(&self, x: Dd) -> Dd {
        let mut tail = self.tail[TAIL - 1];
        let mut i = TAIL - 1;
        while i > 0 {
            i -= 1;
            tail = tail * x.hi + self.tail[i];
        }
        let mut sum = self.head[HEAD - 1] + tail * x.hi;
        let mut i = HEAD - 1;
        while i > 0 {
            i -= 1;
            sum = self.head[i].add_smaller(sum * x);
        }
        sum
    }
}
