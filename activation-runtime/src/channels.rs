//! Inputs that are one value a channel, or one for all: biases, per-channel slopes, temperatures.
//!
//! ```text
//! bias_gelu.forward_channels(Channels::last(64), [Input::Full(&x), Input::Channel(&bias)], &mut y)?;
//! ```
//!
//! Memory is walked in tiles in which the channels repeat with a period, so that a repeated value is written out
//! once and its gradient summed up position by position; the sweeps see slices of equal length.

use core::array::from_fn;
use core::iter::zip;
use core::ops::Range;

use crate::element::Element;
use crate::error::ShapeError;
use crate::float::Float;
use crate::kernel::MultiKernel;
use crate::level::{Dispatch, Level, dispatch};
use crate::passes::{self, Backward, Serial};
use crate::slices::Slices;
use crate::sum::Sum;
use crate::vector::Vector;

/// Where in memory the channels are: element i belongs to channel (i / `inner`) mod `count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Channels {
    /// How many channels.
    pub count: usize,
    /// How many neighbours in memory belong to the same one.
    pub inner: usize,
}

/// An input of a function of several.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a, T> {
    /// A value for each element.
    Full(&'a [T]),
    /// A value for each channel.
    Channel(&'a [T]),
    /// One value.
    Scalar(T),
}

/// Where the gradient with respect to an input goes.
#[derive(Debug)]
pub enum Gradient<'a, T> {
    /// To each element.
    Full(&'a mut [T]),
    /// Summed over each channel.
    Channel(&'a mut [T]),
    /// Summed over all.
    Scalar(&'a mut T),
}

/// A function of `N` inputs, some of them per channel. Every [`MultiKernel`] is one.
pub trait ChannelActivation<T, const N: usize> {
    /// y = f(x).
    ///
    /// # Errors
    /// A full input isn't as long as `y`, an input per channel not as long as there are channels, or `y` doesn't
    /// hold whole groups of channels.
    fn forward_channels(
        &self,
        channels: Channels,
        x: [Input<'_, T>; N],
        y: &mut [T],
    ) -> Result<(), ShapeError>;

    /// The gradient with respect to each input: dy · ∂f/∂xᵢ(x), or the compensated sum of it.
    ///
    /// # Errors
    /// As [`forward_channels`](Self::forward_channels), for `dy` and the gradients too.
    fn backward_channels(
        &self,
        channels: Channels,
        x: [Input<'_, T>; N],
        dy: &[T],
        dx: [Gradient<'_, T>; N],
    ) -> Result<(), ShapeError>;
}

impl<K: MultiKernel<N>, T: Element, const N: usize> ChannelActivation<T, N> for K {
    fn forward_channels(
        &self,
        channels: Channels,
        x: [Input<'_, T>; N],
        y: &mut [T],
    ) -> Result<(), ShapeError> {
        channels.check("y", y.len())?;
        channels.check_inputs(&x, y.len())?;
        for block in channels.blocks() {
            let repeated = x.map(|x| repeat(x, &block));
            for tile in channels.tiles(&block, y.len()) {
                let x = from_fn(|i| part(&x[i], &repeated[i], &tile));
                passes::forward(Serial, self, x, &mut y[tile])?;
            }
        }
        Ok(())
    }

    fn backward_channels(
        &self,
        channels: Channels,
        x: [Input<'_, T>; N],
        dy: &[T],
        mut dx: [Gradient<'_, T>; N],
    ) -> Result<(), ShapeError> {
        channels.check("dy", dy.len())?;
        channels.check_inputs(&x, dy.len())?;
        channels.check_gradients(&dx, dy.len())?;
        let mut totals = [Sum::new(0.0); N];
        for block in channels.blocks() {
            let repeated = x.map(|x| repeat(x, &block));
            let mut sums = [Sums::ZERO; N];
            for tile in channels.tiles(&block, dy.len()) {
                let mut terms = [[T::default(); TILE]; N];
                let mut gradients = zip(&mut dx, &mut terms).map(|(dx, terms)| match dx {
                    Gradient::Full(dx) => &mut dx[tile.clone()],
                    _ => &mut terms[..tile.len()],
                });
                T::sweep(
                    &Backward(self),
                    Slices {
                        x: from_fn(|i| part(&x[i], &repeated[i], &tile)),
                        dy: &dy[tile.clone()],
                        y: [],
                        dx: from_fn(|_| gradients.next().unwrap_or_default()),
                    },
                );
                for (dx, (sums, terms)) in zip(&dx, zip(&mut sums, &terms)) {
                    if !matches!(dx, Gradient::Full(_)) {
                        dispatch(Accumulate { sums, terms: &terms[..tile.len()] });
                    }
                }
            }
            for ((dx, sums), total) in zip(zip(&mut dx, &sums), &mut totals) {
                for (i, channel) in block.clone().enumerate() {
                    let sum = sums.every(block.len(), i);
                    total.merge(sum);
                    if let Gradient::Channel(dx) = dx {
                        dx[channel] = round(sum);
                    }
                }
            }
        }
        for (dx, total) in zip(dx, totals) {
            if let Gradient::Scalar(dx) = dx {
                *dx = round(total);
            }
        }
        Ok(())
    }
}

/// How many elements are worked on at a time: a few of these stay in the L1 cache.
const TILE: usize = 256;

impl Channels {
    /// `count` channels along the last axis of an array in standard layout.
    pub const fn last(count: usize) -> Self {
        Self { count, inner: 1 }
    }

    /// The channels that are worked on together, as many as their values fit a tile.
    fn blocks(self) -> impl Iterator<Item = Range<usize>> {
        let width = if self.inner == 1 { TILE } else { 1 };
        (0..self.count).step_by(width).map(move |first| first..self.count.min(first + width))
    }

    /// The pieces of memory that belong to a block of channels, in which these repeat from the first on.
    fn tiles(self, block: &Range<usize>, len: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let (group, period) = (self.count.saturating_mul(self.inner), block.len());
        // All channels at once fill memory without gaps.
        let (stride, run) = if period == self.count { (len, len) } else { (group, period * self.inner) };
        let tile = TILE / period * period;
        (block.start * self.inner..len).step_by(stride.max(1)).flat_map(move |from| {
            let to = from + run;
            (from..to).step_by(tile).map(move |at| at..to.min(at + tile))
        })
    }

    fn check(self, name: &'static str, len: usize) -> Result<(), ShapeError> {
        let group = self.count.saturating_mul(self.inner);
        let rest = if group == 0 { len } else { len % group };
        ShapeError::check("the channels", len - rest, name, len)
    }

    fn check_inputs<T>(self, x: &[Input<'_, T>], len: usize) -> Result<(), ShapeError> {
        x.iter().try_for_each(|x| match x {
            Input::Full(x) => ShapeError::check("y", len, "x", x.len()),
            Input::Channel(x) => ShapeError::check("the channels", self.count, "x", x.len()),
            Input::Scalar(_) => Ok(()),
        })
    }

    fn check_gradients<T>(self, dx: &[Gradient<'_, T>], len: usize) -> Result<(), ShapeError> {
        dx.iter().try_for_each(|dx| match dx {
            Gradient::Full(dx) => ShapeError::check("dy", len, "dx", dx.len()),
            Gradient::Channel(dx) => ShapeError::check("the channels", self.count, "dx", dx.len()),
            Gradient::Scalar(_) => Ok(()),
        })
    }
}

/// The values of an input at the positions of a tile, as far as they are the same in all of a block's tiles.
fn repeat<T: Element>(x: Input<'_, T>, block: &Range<usize>) -> [T; TILE] {
    match x {
        Input::Full(_) => [T::default(); TILE],
        Input::Channel(x) => from_fn(|i| x[block.start + i % block.len()]),
        Input::Scalar(x) => [x; TILE],
    }
}

/// The values of an input in a tile.
fn part<'a, T>(x: &Input<'a, T>, repeated: &'a [T; TILE], tile: &Range<usize>) -> &'a [T] {
    match x {
        Input::Full(x) => &x[tile.clone()],
        _ => &repeated[..tile.len()],
    }
}

fn round<T: Element>(sum: Sum<f64>) -> T {
    T::narrow(T::Float::from_f64(sum.value()))
}

/// Compensated sums, one for each position of a tile.
#[derive(Clone, Copy)]
struct Sums {
    totals: [f64; TILE],
    errors: [f64; TILE],
}

impl Sums {
    const ZERO: Self = Self { totals: [0.0; TILE], errors: [0.0; TILE] };

    /// The sum of those at `first` and every `period` positions from there.
    fn every(&self, period: usize, first: usize) -> Sum<f64> {
        let mut all = Sum::new(0.0);
        for i in (first..TILE).step_by(period) {
            all.merge(Sum::of_parts([self.totals[i], self.errors[i]]));
        }
        all
    }
}

/// Adds a tile of terms to the sums: a loop that every instruction set's compiler makes vectors of.
struct Accumulate<'a, T> {
    sums: &'a mut Sums,
    terms: &'a [T],
}

impl<T: Element> Dispatch for Accumulate<'_, T> {
    type Scalar = T::Float;
    type Output = ();

    #[inline(always)]
    fn run<V: Vector<Scalar = T::Float>>(self, _: V::Token, _: Level) {
        let Sums { totals, errors } = self.sums;
        for ((total, error), term) in zip(zip(totals, errors), self.terms) {
            let mut sum = Sum::of_parts([*total, *error]);
            sum.add(term.widen().to_f64());
            [*total, *error] = sum.parts();
        }
    }
}
