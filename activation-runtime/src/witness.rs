//! What the expansion lets rustc check, because the macro sees names and not what they mean.

use std::marker::PhantomData;

use crate::float::Float;
use crate::kernel::{Info, Kernel, MultiKernel, Parametric, SecondOrder, ThirdOrder};
use crate::real::Real;
use crate::row::{Callee, ElementWise};

/// Holds between a function item and itself only: each has its own type.
#[diagnostic::on_unimplemented(
    message = "this function hides a builtin helper of the same name, and would be differentiated as if it were the helper",
    label = "this is no builtin helper",
    note = "give your function another name; or make it an #[activation] and call it by a longer path, such as `self::name(x)`"
)]
pub trait Same<F> {}

impl<F> Same<F> for F {}

/// That `named` is `helper`, a function of one argument.
pub fn unary<T, F: Fn(T) -> T, N: Same<F>>(helper: F, named: N) {
    let _ = (helper, named);
}

/// That `named` is `helper`, a function of two arguments.
pub fn binary<T, F: Fn(T, T) -> T, N: Same<F>>(helper: F, named: N) {
    let _ = (helper, named);
}

/// Whether arguments go where they belong: inputs to inputs, parameters (true) to parameters. Of calls with too few or
/// too many, rustc has more to say.
pub const fn roles(declared: &[bool], passed: &[bool]) -> bool {
    let mut i = 0;
    while i < declared.len() && declared.len() == passed.len() {
        if declared[i] != passed[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Refuses what a constant finds wrong, at the place of the call.
///
/// # Panics
/// Always.
#[track_caller]
pub const fn refuse(message: &str) -> ! {
    panic!("{}", message)
}

/// A callee that is given so many inputs: itself where it takes as many. Where it doesn't, which is said elsewhere,
/// [`Misfit`] is in scope too.
#[derive(Debug, Clone, Copy)]
pub struct Fit<K>(pub K);

macro_rules! fit {
    ($($bound:ident $(<$n:literal>)? $name:ident)*) => {
        $(
            impl<K: $bound $(<$n>)?> Fit<K> {
                /// The callee.
                #[inline(always)]
                pub fn $name(self) -> K {
                    self.0
                }
            }
        )*

        /// What no one runs, in the place of a callee of other inputs: so that this is no further error.
        pub trait Misfit: Sized {
            /// No callee.
            fn or<F>(self, _: F) -> Uncallable {
                Uncallable
            }
            $(
                /// No callee.
                fn $name(self) -> Uncallable {
                    Uncallable
                }
            )*
        }
    };
}

fit! { Kernel one MultiKernel<2> two MultiKernel<3> three MultiKernel<4> four }

impl<K> Misfit for Fit<K> {}

/// What is known of a plain function by those that call it: nothing. What they make of it, as if it had this type and so
/// many inputs, is no further error.
#[derive(Debug, Clone, Copy)]
pub struct Plain<F, const N: usize>(PhantomData<F>);

impl<F, const N: usize> Plain<F, N> {
    /// No roles at all, which fit any arguments.
    pub const ROLES_UNLESS_RECURSIVE: &[bool] = &[];
    /// It is no activation.
    pub const CALLEE: Callee = Callee::UNKNOWN;

    /// No kernel.
    pub fn with(_: &[f64]) -> Unseen<F> {
        Unseen(PhantomData)
    }

    /// A kernel that no one runs.
    pub fn in_rows(_: &[f64]) -> ElementWise<Uncallable, N> {
        ElementWise(Uncallable)
    }
}

/// In the place of a plain function of this type.
#[derive(Debug, Clone, Copy)]
pub struct Unseen<F>(PhantomData<F>);

impl<K: Kernel> Fit<K> {
    /// The callee; that its fn can be called as well is of no interest.
    #[inline(always)]
    pub fn or<F>(self, _: F) -> K {
        self.0
    }
}

impl<T: Float> Fit<Unseen<fn(T) -> T>> {
    /// A plain function in the place of the callee, which is wanted for its value only.
    #[inline(always)]
    pub fn or(self, plain: fn(T) -> T) -> ByLane<T> {
        ByLane(plain)
    }
}

/// A plain function, called for one lane after the other; nothing is known of its slope.
#[derive(Debug, Clone, Copy)]
pub struct ByLane<T>(fn(T) -> T);

impl<T: Float> Kernel for ByLane<T> {
    const INFO: Info = Info::new("", "", "");

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn value<R: Real>(&self, x: R) -> R {
        x.lane_by_lane(
            #[cfg_attr(not(debug_assertions), inline(always))]
            |x| self.0(T::from_f64(x)).to_f64(),
        )
    }
    fn derivative<R: Real>(&self, x: R) -> R {
        x.constant(f64::NAN)
    }
}

macro_rules! plain {
    ($($argument:ident)*) => {
        impl<T, const N: usize> Plain<fn($(plain!(@ $argument)),*) -> T, N> {
            /// In the place of the function.
            pub const CALL: fn($(plain!(@ $argument)),*) -> T = |$($argument),*| {
                let _ = ($($argument,)*);
                loop {}
            };
        }
    };
    (@ $argument:ident) => { T };
}

plain! {}
plain! { a }
plain! { a b }
plain! { a b c }
plain! { a b c d }
plain! { a b c d e }
plain! { a b c d e f }
plain! { a b c d e f g }
plain! { a b c d e f g h }

/// What a function of rows shows to those that call it, which are told that they can't: a kernel that no one runs, so
/// that this is the one error.
#[derive(Debug, Clone, Copy)]
pub struct Uncallable;

impl Kernel for Uncallable {
    const INFO: Info = Info::new("", "", "");
    fn value<R: Real>(&self, x: R) -> R {
        x
    }
    fn derivative<R: Real>(&self, x: R) -> R {
        x
    }
}

#[diagnostic::do_not_recommend]
impl SecondOrder for Uncallable {
    fn second_derivative<R: Real>(&self, x: R) -> R {
        x
    }
}

#[diagnostic::do_not_recommend]
impl ThirdOrder for Uncallable {
    fn third_derivative<R: Real>(&self, x: R) -> R {
        x
    }
}

impl<const N: usize, const P: usize> Parametric<N, P> for Uncallable {
    fn parameter_gradient<R: Real>(&self, x: [R; N]) -> [R; P] {
        [x[0]; P]
    }
    fn from_gradient(_: [f64; P]) -> Self {
        Self
    }
}

macro_rules! several {
    ($($n:literal)*) => {$(
        impl MultiKernel<$n> for Uncallable {
            const INFO: Info = Info::new("", "", "");
            fn value<R: Real>(&self, x: [R; $n]) -> R {
                x[0]
            }
            fn gradient<R: Real>(&self, x: [R; $n]) -> [R; $n] {
                x
            }
        }
    )*};
}

several! { 2 3 4 }
