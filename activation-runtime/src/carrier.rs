//! What the carriers of precise numbers share: a number without a type of elements, and what makes an [`Arith`] and
//! a [`Real`](crate::real::Real) of it that stands in for one of type `S`.

/// So many bits more than those of the element type make a result that rounds as the exact one, but for one in 64.
pub(crate) const SPARE: i32 = 6;

/// What a carrier of precise numbers stands in for: f32 or f64.
pub trait Element: Copy + 'static {
    /// The bits of its mantissa.
    const PRECISION: i32;
    /// `value`, rounded to this type.
    fn nearest(value: f64) -> f64;
    /// `number`, rounded to this type; infinite where it overflows.
    fn round(number: impl Round) -> Self;
}

/// A number that rounds to either type.
pub trait Round {
    /// The nearest f32.
    fn to_f32(self) -> f32;
    /// The nearest f64.
    fn to_f64(self) -> f64;
}

impl Element for f32 {
    const PRECISION: i32 = 24;
    #[inline(always)]
    fn nearest(value: f64) -> f64 {
        f64::from(value as f32)
    }
    fn round(number: impl Round) -> Self {
        number.to_f32()
    }
}

impl Element for f64 {
    const PRECISION: i32 = 53;
    #[inline(always)]
    fn nearest(value: f64) -> f64 {
        value
    }
    fn round(number: impl Round) -> Self {
        number.to_f64()
    }
}

/// Gives `$carrier<S>`, a struct of a `number: $number` and a `PhantomData`, the traits of a number, by the methods
/// of `$number`. Nothing of substance is generic over `S`, which only says what constants are rounded to.
macro_rules! carrier {
    ($carrier:ident of $number:ty, mask $mask:ty) => {
        // Not derived: a derive would ask the same of `S`.
        impl<S> Copy for $carrier<S> {}

        impl<S> Clone for $carrier<S> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<S> core::ops::Neg for $carrier<S> {
            type Output = Self;
            #[inline(always)]
            fn neg(self) -> Self {
                Self::of(-self.number)
            }
        }

        $crate::carrier::operators!($carrier: Add add, Sub sub, Mul mul, Div div);

        impl<S: $crate::carrier::Element> $crate::arith::Arith for $carrier<S> {
            type Mask = $mask;

            #[inline(always)]
            fn constant(self, value: f64) -> Self {
                Self::of(self.number.constant(S::nearest(value)))
            }

            $crate::carrier::forward! {
                abs(); sqrt(); copysign(sign); floor(); ceil(); trunc(); round_ties_even(); round();
                max(other); min(other)
            }

            $crate::carrier::compare! { $mask: lt, le, gt, ge, eq, ne }

            #[inline(always)]
            fn mul_add(self, a: Self, b: Self) -> Self {
                self * a + b
            }

            #[inline(always)]
            fn select(mask: $mask, then: Self, otherwise: Self) -> Self {
                Self::of(<$number>::select(mask, then.number, otherwise.number))
            }

            fn lane_by_lane(self, f: impl Fn(f64) -> f64) -> Self {
                self.constant(f(self.to_f64()))
            }

            #[inline(always)]
            fn is_nan(self) -> $mask {
                self.number.is_nan()
            }
        }

        impl<S: $crate::carrier::Element> $crate::real::Real for $carrier<S> {
            $crate::carrier::elementary!($crate::carrier::forward);
            $crate::carrier::forward! { recip() }

            #[inline(always)]
            fn powi(self, n: i32) -> Self {
                Self::of(self.number.powi(n))
            }
        }
    };
}

/// Calls a macro with the elementary functions of [`Real`](crate::real::Real) and their arguments besides `self`.
macro_rules! elementary {
    ($($then:tt)*) => {
        $($then)*! {
            exp(); exp2(); exp_m1(); ln(); ln_1p(); log2(); log10(); cbrt();
            sin(); cos(); tan(); asin(); acos(); atan();
            sinh(); cosh(); tanh(); asinh(); acosh(); atanh();
            sigmoid(); softplus(); erf(); erfc(); powf(exponent); hypot(other); atan2(x)
        }
    };
}

/// The operators, between two numbers and with a literal on the right, which is rounded to the element type.
macro_rules! operators {
    ($carrier:ident: $($trait:ident $method:ident),*) => {$(
        impl<S> core::ops::$trait for $carrier<S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self::of(core::ops::$trait::$method(self.number, other.number))
            }
        }

        impl<S: $crate::carrier::Element> core::ops::$trait<f64> for $carrier<S> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                core::ops::$trait::$method(self, $crate::arith::Arith::constant(self, other))
            }
        }
    )*};
}

/// Methods that hand on to the number's own.
macro_rules! forward {
    ($($name:ident($($arg:ident),*));*) => {$(
        #[inline(always)]
        fn $name(self $(, $arg: Self)*) -> Self {
            Self::of(self.number.$name($($arg.number),*))
        }
    )*};
}

/// Comparisons, false (`ne`: true) where either side is NaN.
macro_rules! compare {
    ($mask:ty: $($name:ident),*) => {$(
        #[inline(always)]
        fn $name(self, other: Self) -> $mask {
            self.number.$name(&other.number)
        }
    )*};
}

/// What [`carrier`] asks of a number that is partially ordered, and whose truths are bools.
macro_rules! ordered {
    () => {
        #[inline(always)]
        pub(super) fn select(mask: bool, then: Self, otherwise: Self) -> Self {
            if mask { then } else { otherwise }
        }

        #[inline(always)]
        pub(super) fn max(self, other: Self) -> Self {
            if self > other || self.is_nan() { self } else { other }
        }

        #[inline(always)]
        pub(super) fn min(self, other: Self) -> Self {
            if self < other || self.is_nan() { self } else { other }
        }

        #[inline(always)]
        pub(super) fn constant(self, value: f64) -> Self {
            Self::from_f64(value)
        }
    };
}

pub(crate) use {carrier, compare, elementary, forward, operators, ordered};
