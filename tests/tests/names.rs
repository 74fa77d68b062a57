//! Functions under names that Rust's prelude, or the expansion itself, has for something else: the struct is their name in
//! CamelCase, and whatever stands beside it in the module goes on as before.

use activations::{Kernel, RowActivation};

macro_rules! named {
    ($($name:ident $structure:ident)*) => {
        $(
            mod $name {
                pub(crate) mod element {
                    use activations::prelude::*;

                    const HALF: f32 = 0.5;

                    /// What may come out in extended precision, with a constant by its name.
                    #[activation(order = 2)]
                    pub(crate) fn $name(x: f32) -> f32 {
                        HALF * x * (x / 6.0 + HALF).clamp(0.0, 1.0)
                    }

                    #[activation]
                    pub(crate) fn caller(x: f32) -> f32 {
                        $name(2.0 * x)
                    }

                    /// What backward computes from the output.
                    #[activation(test)]
                    pub(crate) fn neighbour(x: f32, #[param(1.0)] k: f32) -> f32 {
                        (k * x).tanh()
                    }
                }

                pub(crate) mod row {
                    use activations::prelude::*;

                    const HALF: f32 = 0.5;

                    #[activation]
                    pub(crate) fn $name(x: Row<f32>, #[param(0.5)] k: f32) -> Row<f32> {
                        let e = (k * x - (k * x).max()).exp();
                        HALF * e / e.sum()
                    }
                }
            }
        )*

        #[test]
        fn names_are_free() {
            $(
                let name = stringify!($name);
                assert_eq!($name::element::$structure.value(1.5_f32), 0.5625, "{name}");
                assert_eq!($name::element::$structure.derivative(1.5_f32), 0.5, "{name}");
                assert_eq!($name::element::Caller.derivative(0.75_f32), 1.0, "{name}");
                assert_eq!($name::element::Neighbour::new(2.0).derivative(0.0_f32), 2.0, "{name}");
                let mut y = [0.0_f32; 2];
                $name::row::$structure::new(0.25).forward(&[3.0, 3.0], 2, &mut y).expect("equal lengths");
                assert_eq!(y, [0.25; 2], "{name}");
            )*
        }
    };
}

named! {
    some Some none None ok Ok err Err option Option result Result vec Vec string String
    default Default clone Clone copy Copy debug Debug drop Drop from From into Into iterator Iterator
    partial_eq PartialEq send Send sync Sync sized Sized future Future
    r R s S t T n N i I o O p P c C f F
    kernel Kernel real Real arith Arith info Info kink Kink kinks Kinks saves Saves smoothness Smoothness callee Callee
    cell Cell value Value pullback Pullback pushforward Pushforward to_row ToRow to_scalar ToScalar precision Precision
    at At terms Terms dot Dot max Max min Min peak Peak positive Positive select Select mask Mask
    call Call roles Roles core Core std Std self_less SelfLess main Main test Test activation Activation
}
