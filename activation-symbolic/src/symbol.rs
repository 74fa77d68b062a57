//! A node with the algebra [`Real`]: whatever is written for numbers builds a graph when it is given symbols.

use std::cell::RefCell;
use std::ops::{Add, BitAnd, BitOr, BitXor, Div, Mul, Neg, Not, Sub};

use activation_runtime::arith::Arith;
use activation_runtime::real::Real;

use crate::graph::{Comparison, Graph, Id};
use crate::primitive::Primitive;

/// A node of a graph that is being built.
#[derive(Debug, Clone, Copy)]
pub struct Symbol<'g> {
    graph: &'g RefCell<Graph>,
    /// The node.
    pub id: Id,
}

impl<'g> Symbol<'g> {
    /// The node `id` of `graph`.
    pub fn new(graph: &'g RefCell<Graph>, id: Id) -> Self {
        Self { graph, id }
    }

    /// The number 0 in the same graph.
    pub fn zero(self) -> Self {
        self.with(|g| g.constant(0.0))
    }

    fn with(self, build: impl FnOnce(&mut Graph) -> Id) -> Self {
        Self { graph: self.graph, id: build(&mut self.graph.borrow_mut()) }
    }

    fn apply(self, primitive: Primitive, others: &[Self]) -> Self {
        let mut arguments = vec![self.id];
        arguments.extend(others.iter().map(|s| s.id));
        self.with(|g| g.apply(primitive, &arguments))
    }

    fn compare(self, comparison: Comparison, other: Self) -> Self {
        self.with(|g| g.compare(comparison, self.id, other.id))
    }
}

/// Runs `build` on the symbols of `ids` and returns the id of what it builds.
pub fn build<const N: usize>(
    graph: &mut Graph,
    ids: [Id; N],
    build: impl for<'g> FnOnce([Symbol<'g>; N]) -> Symbol<'g>,
) -> Id {
    let cell = RefCell::new(std::mem::take(graph));
    let id = build(ids.map(|id| Symbol::new(&cell, id))).id;
    *graph = cell.into_inner();
    id
}

macro_rules! operator {
    ($($trait:ident $method:ident $build:ident;)*) => {$(
        impl $trait for Symbol<'_> {
            type Output = Self;
            fn $method(self, other: Self) -> Self {
                self.with(|g| g.$build(self.id, other.id))
            }
        }
    )*};
}
operator! { Add add add; Sub sub sub; Mul mul mul; Div div div; }

impl Neg for Symbol<'_> {
    type Output = Self;
    fn neg(self) -> Self {
        self.with(|g| g.neg(self.id))
    }
}

impl BitAnd for Symbol<'_> {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        self.with(|g| g.and(self.id, other.id))
    }
}

impl BitOr for Symbol<'_> {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.with(|g| g.or(self.id, other.id))
    }
}

impl BitXor for Symbol<'_> {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        (self & !other) | (!self & other)
    }
}

impl Not for Symbol<'_> {
    type Output = Self;
    fn not(self) -> Self {
        self.with(|g| g.not(self.id))
    }
}

impl Arith for Symbol<'_> {
    type Mask = Self;

    fn constant(self, value: f64) -> Self {
        self.with(|g| g.constant(value))
    }
    fn abs(self) -> Self {
        self.apply(Primitive::Abs, &[])
    }
    fn sqrt(self) -> Self {
        self.apply(Primitive::Sqrt, &[])
    }
    fn copysign(self, sign: Self) -> Self {
        self.apply(Primitive::Copysign, &[sign])
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }
    fn floor(self) -> Self {
        self.apply(Primitive::Floor, &[])
    }
    fn ceil(self) -> Self {
        self.apply(Primitive::Ceil, &[])
    }
    fn trunc(self) -> Self {
        self.apply(Primitive::Trunc, &[])
    }
    fn round_ties_even(self) -> Self {
        self.apply(Primitive::RoundTiesEven, &[])
    }
    fn round(self) -> Self {
        self.apply(Primitive::Round, &[])
    }
    fn lt(self, other: Self) -> Self {
        self.compare(Comparison::Lt, other)
    }
    fn le(self, other: Self) -> Self {
        self.compare(Comparison::Le, other)
    }
    fn gt(self, other: Self) -> Self {
        self.compare(Comparison::Gt, other)
    }
    fn ge(self, other: Self) -> Self {
        self.compare(Comparison::Ge, other)
    }
    fn eq(self, other: Self) -> Self {
        self.compare(Comparison::Eq, other)
    }
    fn ne(self, other: Self) -> Self {
        self.compare(Comparison::Ne, other)
    }
    fn select(mask: Self, then: Self, otherwise: Self) -> Self {
        mask.with(|g| g.select(mask.id, then.id, otherwise.id))
    }
    fn max(self, other: Self) -> Self {
        self.apply(Primitive::Max, &[other])
    }
    fn min(self, other: Self) -> Self {
        self.apply(Primitive::Min, &[other])
    }
}

macro_rules! real {
    ($($method:ident($($argument:ident),*) $primitive:ident;)*) => {
        impl Real for Symbol<'_> {
            $(fn $method(self $(, $argument: Self)*) -> Self {
                self.apply(Primitive::$primitive, &[$($argument),*])
            })*
            fn powi(self, n: i32) -> Self {
                self.with(|g| g.powi(self.id, n))
            }
            fn normal_cdf(self) -> Self {
                self.apply(Primitive::NormalCdf, &[])
            }
        }
    };
}

real! {
    exp() Exp; exp2() Exp2; exp_m1() ExpM1;
    ln() Ln; ln_1p() Ln1p; log2() Log2; log10() Log10;
    cbrt() Cbrt; sin() Sin; cos() Cos; tan() Tan;
    asin() Asin; acos() Acos; atan() Atan;
    sinh() Sinh; cosh() Cosh; tanh() Tanh; asinh() Asinh; acosh() Acosh; atanh() Atanh;
    sigmoid() Sigmoid; softplus() Softplus; erf() Erf; erfc() Erfc;
    powf(exponent) Powf; hypot(other) Hypot; atan2(x) Atan2;
}
