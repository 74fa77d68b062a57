//! Rows in numbers that are more precise than registers, one at a time.

use super::cell::{Cell, Reduction};
use crate::adaptive::{Adaptive, Precision};
use crate::arith::Arith;
use crate::extended::{Element, Extended};

macro_rules! one_at_a_time {
    ($number:ident, $exact:expr) => {
        impl<S: Element> Cell for $number<S> {
            type Element = Self;
            type Token = ();
            type Scalar = Self;
            type Total = Self;
            const LANES: usize = 1;

            fn load((): (), from: &[Self]) -> Self {
                from[0]
            }
            fn store(self, to: &mut [Self]) {
                to[0] = self;
            }
            fn zero((): ()) -> Self {
                $exact(0.0)
            }
            fn splat((): (), scalar: Self) -> Self {
                scalar
            }
            fn positions((): ()) -> Self {
                $exact(0.0)
            }
            fn exactly(self) -> Self {
                $exact(self.to_f64())
            }
            fn total(self) -> Self {
                self
            }
            fn first(self) -> Self {
                self
            }
            fn sum(total: Self) -> Self {
                total
            }
            fn product(total: Self) -> Self {
                total
            }
            fn largest(self) -> Self {
                self
            }
            fn smallest(self) -> Self {
                self
            }
            fn peak(self, other: Self) -> Self {
                Arith::max(self, other)
            }
            fn any_nan(self) -> bool {
                self.to_f64().is_nan()
            }
            fn scalar(value: f64) -> Self {
                $exact(value)
            }
            fn trusts(_: Reduction, _: Self) -> bool {
                true
            }
            fn is_cancelled(_: Self, _: Self) -> bool {
                false
            }
            fn holds(_: Self) -> bool {
                true
            }
        }
    };
}

one_at_a_time! { Extended, Self::from_f64 }
one_at_a_time! { Adaptive, exact }

/// A number that is neither computed nor rounded is as exact in few bits as in many.
fn exact<S: Element>(value: f64) -> Adaptive<S> {
    Adaptive::new(value, Precision::Extended)
}
