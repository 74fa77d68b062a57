//! What a row is computed in: registers of f32 or f64, or f64 for f32; elsewhere, numbers that are more precise.

use super::widened::Widened;
use crate::arith::Arith;
use crate::float::Float;
use crate::real::Real;
use crate::vector::{Vector, Widen};

/// The most lanes that a register has.
pub const MOST_LANES: usize = 16;

/// How a row becomes a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reduction {
    /// The sum.
    Sum,
    /// The sum of positive numbers.
    Positive,
    /// The sum of the products of two rows.
    Dot,
    /// The product.
    Prod,
    /// The largest, or the smallest.
    Extremum,
}

/// A register full of numbers of a row, or one of them.
pub trait Cell: Real {
    /// The numbers in memory.
    type Element: Copy;
    /// The proof that the machine has the instructions.
    type Token: Copy;
    /// What reductions give, and what scalars are computed in.
    type Scalar: Real + 'static;
    /// What sums and products are accumulated in, lane by lane.
    type Total: Arith;
    /// How many numbers it holds.
    const LANES: usize;

    /// The numbers in `from`.
    fn load(token: Self::Token, from: &[Self::Element]) -> Self;
    /// Writes the numbers to `to`.
    fn store(self, to: &mut [Self::Element]);
    /// Zero in every lane.
    fn zero(token: Self::Token) -> Self;
    /// A scalar in every lane, rounded.
    fn splat(token: Self::Token, scalar: Self::Scalar) -> Self;
    /// 0, 1, 2 …
    fn positions(token: Self::Token) -> Self;
    /// These numbers or others close by, which aren't known to be anything else.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn exactly(self) -> Self {
        self
    }
    /// The same numbers, to be accumulated.
    fn total(self) -> Self::Total;
    /// The number in the first lane.
    fn first(self) -> Self::Scalar;
    /// The sum of all lanes of a total, in a tree.
    fn sum(total: Self::Total) -> Self::Scalar;
    /// The product of all lanes of a total, in a tree.
    fn product(total: Self::Total) -> Self::Scalar;
    /// The largest of all lanes; NaN if any is NaN.
    fn largest(self) -> Self::Scalar;
    /// The smallest of all lanes; NaN if any is NaN.
    fn smallest(self) -> Self::Scalar;
    /// The larger operand; `other` or NaN where `self` is NaN.
    fn peak(self, other: Self) -> Self;
    /// Whether any lane is NaN.
    fn any_nan(self) -> bool;
    /// A number as a scalar.
    fn scalar(value: f64) -> Self::Scalar;
    /// Whether a reduction's result shows that nothing overflowed or underflowed on the way.
    fn trusts(reduction: Reduction, result: Self::Scalar) -> bool;
    /// Whether so little is left of a sum from which another was subtracted that it can't be trusted.
    fn is_cancelled(left: Self::Scalar, of: Self::Scalar) -> bool;
    /// Whether a scalar is an ordinary number when it is rounded to an element.
    fn holds(scalar: Self::Scalar) -> bool;
}

/// Whether the magnitude is between two bounds; not for NaN.
#[cfg_attr(not(debug_assertions), inline(always))]
fn is_within(x: f64, low: f64, high: f64) -> bool {
    (x.abs() >= low) & (x.abs() <= high)
}

/// f64 results below this may have lost bits to underflow on the way.
const SMALLEST: f64 = 1e-270;

/// Where less than one part in so many is left of a sum of squares, too many bits have gone: half of three of them, where
/// the root is taken.
const CANCELLED: f64 = 8.0;
/// The same where f32 is computed in f64, which has 29 bits more.
const CANCELLED_IN_F64: f64 = 1_048_576.0;

/// f32 and f64, as the elements of rows.
pub trait RowFloat: Float {
    /// Scalars of a row of them.
    type Carrier: Real + 'static;
    /// Whether f64 has more to offer.
    const IS_SINGLE: bool;

    /// A number as a scalar.
    fn to_carrier(value: f64) -> Self::Carrier;
    /// The number that a scalar is.
    fn from_carrier(scalar: Self::Carrier) -> f64;
    /// [`Cell::trusts`].
    fn trusts_number(reduction: Reduction, result: f64) -> bool;
    /// [`Cell::holds`].
    fn holds_number(scalar: f64) -> bool;
}

impl RowFloat for f32 {
    type Carrier = Widened<f64>;
    const IS_SINGLE: bool = true;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn to_carrier(value: f64) -> Widened<f64> {
        Widened(value)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn from_carrier(scalar: Widened<f64>) -> f64 {
        scalar.0
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn trusts_number(reduction: Reduction, result: f64) -> bool {
        match reduction {
            // Terms that lost bits below 2^-126 don't show in a sum of this size.
            Reduction::Sum | Reduction::Positive | Reduction::Dot => {
                is_within(result, 2f64.powi(-100), f64::MAX)
            }
            Reduction::Extremum => result.is_finite(),
            Reduction::Prod => is_within(result, SMALLEST, f64::MAX),
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn holds_number(scalar: f64) -> bool {
        (scalar == 0.0) | is_within(scalar, f32::MIN_POSITIVE.into(), f32::MAX.into())
    }
}

impl RowFloat for f64 {
    type Carrier = f64;
    const IS_SINGLE: bool = false;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn to_carrier(value: f64) -> f64 {
        value
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn from_carrier(scalar: f64) -> f64 {
        scalar
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn trusts_number(reduction: Reduction, result: f64) -> bool {
        match reduction {
            Reduction::Extremum => result.is_finite(),
            _ => is_within(result, SMALLEST, f64::MAX),
        }
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn holds_number(scalar: f64) -> bool {
        (scalar == 0.0) | is_within(scalar, f64::MIN_POSITIVE, f64::MAX)
    }
}

/// Registers of the row's own type; reductions are made in f64.
impl<V: Widen> Cell for V
where
    V::Scalar: RowFloat,
{
    type Element = V::Scalar;
    type Token = V::Token;
    type Scalar = <V::Scalar as RowFloat>::Carrier;
    type Total = V::Double;
    const LANES: usize = <V as Vector>::LANES;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(token: V::Token, from: &[V::Scalar]) -> Self {
        <V as Vector>::load(token, from)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store(self, to: &mut [V::Scalar]) {
        Vector::store(self, to);
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn zero(token: V::Token) -> Self {
        <V as Vector>::splat(token, V::Scalar::default())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(token: V::Token, scalar: Self::Scalar) -> Self {
        <V as Vector>::splat(token, <V::Scalar as Float>::from_f64(V::Scalar::from_carrier(scalar)))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn positions(token: V::Token) -> Self {
        let mut positions = [V::Scalar::default(); MOST_LANES];
        for (i, position) in positions.iter_mut().enumerate() {
            *position = <V::Scalar as Float>::from_f64(i as f64);
        }
        <V as Vector>::load(token, &positions[..<V as Vector>::LANES])
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn total(self) -> V::Double {
        self.widen()
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn first(self) -> Self::Scalar {
        V::Scalar::to_carrier(first_lane(self).to_f64())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn sum(total: V::Double) -> Self::Scalar {
        V::Scalar::to_carrier(total.sum_of_lanes())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn product(total: V::Double) -> Self::Scalar {
        V::Scalar::to_carrier(total.product_of_lanes())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn largest(self) -> Self::Scalar {
        V::Scalar::to_carrier(self.max_of_lanes().to_f64())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn smallest(self) -> Self::Scalar {
        V::Scalar::to_carrier(self.min_of_lanes().to_f64())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn peak(self, other: Self) -> Self {
        self.max_number(other)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn any_nan(self) -> bool {
        V::any(self.is_nan())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn scalar(value: f64) -> Self::Scalar {
        V::Scalar::to_carrier(value)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn trusts(reduction: Reduction, result: Self::Scalar) -> bool {
        V::Scalar::trusts_number(reduction, V::Scalar::from_carrier(result))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_cancelled(left: Self::Scalar, of: Self::Scalar) -> bool {
        V::Scalar::from_carrier(left) * CANCELLED < V::Scalar::from_carrier(of)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn holds(scalar: Self::Scalar) -> bool {
        V::Scalar::holds_number(V::Scalar::from_carrier(scalar))
    }
}

/// An f32 row computed in f64.
impl<V: Widen<Scalar = f64>> Cell for Widened<V> {
    type Element = f64;
    type Token = V::Token;
    type Scalar = Widened<f64>;
    type Total = V;
    const LANES: usize = <V as Vector>::LANES;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(token: V::Token, from: &[f64]) -> Self {
        Self(<V as Vector>::load(token, from))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store(self, to: &mut [f64]) {
        Vector::store(self.0, to);
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn zero(token: V::Token) -> Self {
        Self(<V as Vector>::splat(token, 0.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(token: V::Token, scalar: Widened<f64>) -> Self {
        Self(<V as Vector>::splat(token, scalar.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn positions(token: V::Token) -> Self {
        Self(<V as Cell>::positions(token))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn total(self) -> V {
        self.0
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn first(self) -> Self::Scalar {
        Widened(first_lane(self.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn sum(total: V) -> Self::Scalar {
        Widened(total.sum_of_lanes())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn product(total: V) -> Self::Scalar {
        Widened(total.product_of_lanes())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn largest(self) -> Self::Scalar {
        Widened(self.0.max_of_lanes())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn smallest(self) -> Self::Scalar {
        Widened(self.0.min_of_lanes())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn peak(self, other: Self) -> Self {
        Self(self.0.max_number(other.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn any_nan(self) -> bool {
        V::any(self.0.is_nan())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn scalar(value: f64) -> Widened<f64> {
        Widened(value)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn trusts(reduction: Reduction, result: Widened<f64>) -> bool {
        // The squares of f32 don't underflow, so that a sum of zero is one of zeros.
        let zero = matches!(reduction, Reduction::Sum | Reduction::Dot) && result.0 == 0.0;
        zero | f64::trusts_number(reduction, result.0)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_cancelled(left: Widened<f64>, of: Widened<f64>) -> bool {
        left.0 * CANCELLED_IN_F64 < of.0
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn holds(scalar: Widened<f64>) -> bool {
        f64::holds_number(scalar.0)
    }
}

/// The number in the first lane.
#[cfg_attr(not(debug_assertions), inline(always))]
fn first_lane<V: Vector<Scalar: RowFloat>>(register: V) -> V::Scalar {
    let mut lanes = [V::Scalar::default(); MOST_LANES];
    register.store(&mut lanes[..V::LANES]);
    lanes[0]
}
