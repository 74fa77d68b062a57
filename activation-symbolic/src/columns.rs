//! A graph at many points at once, node by node: what a node is is looked up once for all of them.
//!
//! Macros run without an optimizer in debug builds, where plain loops over slices are several times faster than
//! iterators, and both faster than asking at every point what to compute.

use std::ops::{Add, Div, Mul, Neg, Sub};

use crate::graph::{Comparison, Op};
use crate::primitive::Primitive;

/// A number that a graph is evaluated in. A truth value is 1 or 0.
pub(crate) trait Number:
    Copy + Neg<Output = Self> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// Exactly `value`, or that rounded.
    fn new(value: f64) -> Self;
    /// selfⁿ
    fn powi(self, n: i32) -> Self;
    /// self · a + b in one rounding.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// A primitive of as many arguments as it takes.
    fn apply(primitive: Primitive, arguments: [Self; 2]) -> Self;
    /// The truth of a comparison.
    fn compare(comparison: Comparison, a: Self, b: Self) -> Self;
    /// `then` where the mask holds, else `otherwise`.
    fn select(mask: Self, then: Self, otherwise: Self) -> Self;
}

/// A column whose elements are `value` of those of other columns: a plain loop.
macro_rules! each {
    ($($x:ident in $column:expr),* => $value:expr) => {{
        $(let $x: &[_] = $column;)*
        let mut result = [$($x),*][0].to_vec();
        let (slice, mut p): (&mut [_], usize) = (&mut result, 0);
        while p < slice.len() {
            $(let $x = $x[p];)*
            slice[p] = $value;
            p += 1;
        }
        result
    }};
}
pub(crate) use each;

/// The column of an operation on those of its arguments, all as long as one another; `None` if it is none of numbers.
pub(crate) fn column<T: Number>(op: Op, arguments: &[&[T]]) -> Option<Vec<T>> {
    let column = |i: usize| arguments[i];
    Some(match op {
        Op::Neg => each!(a in column(0) => -a),
        Op::Add => each!(a in column(0), b in column(1) => a + b),
        Op::Sub => each!(a in column(0), b in column(1) => a - b),
        Op::Mul | Op::And => each!(a in column(0), b in column(1) => a * b),
        Op::Div => each!(a in column(0), b in column(1) => a / b),
        Op::Powi(n) => each!(a in column(0) => a.powi(n)),
        Op::Apply(primitive) if arguments.len() == 1 => {
            each!(a in column(0) => T::apply(primitive, [a, a]))
        }
        Op::Apply(primitive) => {
            each!(a in column(0), b in column(1) => T::apply(primitive, [a, b]))
        }
        Op::Compare(comparison) => {
            each!(a in column(0), b in column(1) => T::compare(comparison, a, b))
        }
        Op::Or => each!(a in column(0), b in column(1) => a + b - a * b),
        Op::Not => each!(a in column(0) => T::new(1.0) - a),
        Op::Select => {
            each!(mask in column(0), a in column(1), b in column(2) => T::select(mask, a, b))
        }
        _ => return None,
    })
}
