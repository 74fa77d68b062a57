//! Rows of f32 in f64 numbers that know their error.

use super::cell::{Cell, MOST_LANES, Reduction};
use crate::arith::Arith;
use crate::bounded::Bounded;
use crate::vector::{Vector, Widen};

impl<V: Widen<Scalar = f64>> Cell for Bounded<V> {
    type Element = Bounded<f64>;
    type Token = V::Token;
    type Scalar = Bounded<f64>;
    type Total = Self;
    const LANES: usize = <V as Vector>::LANES;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(token: V::Token, from: &[Bounded<f64>]) -> Self {
        let [mut values, mut errors] = [[0.0; MOST_LANES]; 2];
        for ((value, error), from) in values.iter_mut().zip(&mut errors).zip(&from[..V::LANES]) {
            (*value, *error) = (from.value(), from.error());
        }
        let [values, errors] = [values, errors].map(|numbers| V::load(token, &numbers[..V::LANES]));
        Self::new(values, errors)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store(self, to: &mut [Bounded<f64>]) {
        to[..V::LANES].copy_from_slice(&lanes(self)[..V::LANES]);
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn zero(token: V::Token) -> Self {
        Self::exact(V::splat(token, 0.0))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn splat(token: V::Token, scalar: Bounded<f64>) -> Self {
        Self::new(V::splat(token, scalar.value()), V::splat(token, scalar.error()))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn positions(token: V::Token) -> Self {
        Self::exact(<V as Cell>::positions(token))
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn exactly(self) -> Self {
        Self::exact(self.value())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn total(self) -> Self {
        self
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn first(self) -> Bounded<f64> {
        lanes(self)[0]
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn sum(total: Self) -> Bounded<f64> {
        across(total, |a, b| a + b)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn product(total: Self) -> Bounded<f64> {
        across(total, |a, b| a * b)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn largest(self) -> Bounded<f64> {
        across(self, Arith::max)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn smallest(self) -> Bounded<f64> {
        across(self, Arith::min)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn peak(self, other: Self) -> Self {
        Arith::max(self, other)
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn any_nan(self) -> bool {
        V::any(self.value().is_nan())
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn scalar(value: f64) -> Bounded<f64> {
        Bounded::exact(value)
    }
    // What can't be trusted shows in the error of the results.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn trusts(_: Reduction, _: Bounded<f64>) -> bool {
        true
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_cancelled(_: Bounded<f64>, _: Bounded<f64>) -> bool {
        false
    }
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn holds(_: Bounded<f64>) -> bool {
        true
    }
}

/// The numbers one by one, those that the register has no room for 0.
#[cfg_attr(not(debug_assertions), inline(always))]
fn lanes<V: Vector<Scalar = f64>>(register: Bounded<V>) -> [Bounded<f64>; MOST_LANES] {
    let [mut values, mut errors] = [[0.0; MOST_LANES]; 2];
    register.value().store(&mut values[..V::LANES]);
    register.error().store(&mut errors[..V::LANES]);
    core::array::from_fn(|i| Bounded::new(values[i], errors[i]))
}

/// One number of all lanes.
#[cfg_attr(not(debug_assertions), inline(always))]
fn across<V: Vector<Scalar = f64>>(
    register: Bounded<V>,
    join: impl Fn(Bounded<f64>, Bounded<f64>) -> Bounded<f64>,
) -> Bounded<f64> {
    let lanes = lanes(register);
    lanes[1..V::LANES].iter().fold(lanes[0], |joined, &lane| join(joined, lane))
}
