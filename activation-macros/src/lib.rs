//! The `#[activation]` attribute: hands the tokens to [`activation_symbolic`], and puts what comes back in its place.
#![forbid(unsafe_code)]

use proc_macro::TokenStream;

/// Makes a scalar Rust function an activation: its derivative is found at compile time, and a struct of the fn's
/// name in `CamelCase` runs both over slices with SIMD.
///
/// ```ignore
/// use activations::prelude::*;
///
/// #[activation]
/// pub fn leaky(x: f32, #[param(0.01)] slope: f32) -> f32 {
///     x.max(slope * x)
/// }
///
/// let mut y = [0.0; 3];
/// Leaky::default().forward(&[-1.0, 0.0, 2.0], &mut y)?;
/// ```
///
/// On arguments: `#[param]` and `#[param(default)]` make a field of the struct, `#[channel]` (or `#[param(channel)]`
/// for what is trained) one value a channel, passed as a slice to `forward_channels`; what is unmarked is an input.
///
/// # The body
/// What has one formula: `let` with shadowing, tuples and arrays, `let mut` and assignments, `if`, `match` with guards,
/// ranges and `|`, early `return`, `for` over constant ranges and arrays (unrolled, 64 passes at most), closures and
/// plain functions of the body's own, constants of its own and from outside, the methods of f32 and f64, the helpers of
/// the prelude, and other activations. What can't be differentiated is an error at its token, which says what to write
/// instead.
///
/// # Arguments
/// * `name = Other`: the struct's name.
/// * `derivative = |x| …` or `|x, y| …` (y the output), or the path of a function: your own derivative; the body may
///   then hold what can't be differentiated. A plain function that it calls is asked for one number at a time, in its
///   own type. `straight_through`: don't compare it with a numerical one.
/// * `vjp = |x, y, dy| …`: the same for a function of rows.
/// * `domain = a..=b`: the inputs that the formula is meant for.
/// * `order = 2` (or 3): higher derivatives too.
/// * `allow(…)`, `deny(…)` of `kinks`, `jumps`, `domain`, `unstable`, `slow`.
/// * `test`: also a `#[test]` that checks the gradient numerically.
#[proc_macro_attribute]
pub fn activation(attribute: TokenStream, item: TokenStream) -> TokenStream {
    activation_symbolic::activation(attribute.into(), item.into()).into()
}

/// Puts the items in its braces beside the item: for the expansion of [`macro@activation`].
#[doc(hidden)]
#[proc_macro_attribute]
pub fn beside(items: TokenStream, item: TokenStream) -> TokenStream {
    item.into_iter().chain(items).collect()
}
