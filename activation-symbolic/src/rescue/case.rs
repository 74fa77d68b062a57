//! A point, and what came out there.

use std::ops::Range;
use std::rc::Rc;

use super::WRONG;
use super::sample::{self, Float};
use crate::check::ascii;
use crate::document::plain;
use crate::function::Function;

/// A point, and what came out there.
#[derive(Debug)]
pub(super) struct Case<S> {
    /// The inputs.
    pub(super) x: Vec<S>,
    /// The parameters, and the constants named by path.
    pub(super) parameters: Rc<[S]>,
    /// Which of the values tried these are.
    pub(super) setting: usize,
    /// Its place in the columns.
    pub(super) row: usize,
    /// How many of the first points it stands for: less than one where these were too far apart.
    pub(super) share: f64,
    /// Which nodes are no normal floats, and how so: a hash.
    pub(super) kinds: u64,
    /// Which masks are set: a hash.
    pub(super) branches: u64,
    /// The error of each root, in units of what is tolerated.
    pub(super) errors: Vec<f64>,
    /// The worst of them.
    pub(super) worst: f64,
}

impl<S: Float> Case<S> {
    /// The worst error of some of the roots, in units of what is tolerated.
    pub(super) fn error(&self, part: Range<usize>) -> f64 {
        worst(&self.errors[part])
    }

    /// Whether this is where activations live.
    pub(super) fn is_near(&self) -> bool {
        self.x.iter().all(|&x| x.into().abs() <= 100.0)
    }

    /// Whether the author may mean these parameters: the defaults, or any where not all have one.
    pub(super) fn is_meant(&self, function: &Function) -> bool {
        self.setting == 0 || !sample::has_defaults(function)
    }

    /// How much it hurts to compute this point again for nothing.
    pub(super) fn weight(&self) -> f64 {
        let place = if self.x.iter().all(|&x| x.into() == 0.0) {
            20.0
        } else if self.x.iter().all(|&x| (0.01..=100.0).contains(&x.into().abs())) {
            1.0
        } else {
            0.2
        };
        place * self.share
    }

    /// The point as text.
    pub(super) fn place(&self, function: &Function) -> String {
        let signature = &function.signature;
        let text = |ident, value: &S| format!("{} = {}", plain(ident), ascii((*value).into()));
        let inputs = signature.inputs.iter().zip(&self.x).map(|(input, x)| text(&input.ident, x));
        let parameters = signature.parameters.iter().zip(self.parameters.iter());
        let unset = parameters.filter(|(parameter, _)| parameter.default.is_none());
        let unset: Vec<String> = unset.map(|(parameter, value)| text(&parameter.ident, value)).collect();
        let point = inputs.collect::<Vec<String>>().join(", ");
        if unset.is_empty() { point } else { format!("{point} with {}", unset.join(", ")) }
    }

    /// How many times the gap between this point and another deserves to be halved: down to neighbours where a
    /// branch is taken, less often where a node overflows, underflows or becomes wrong.
    pub(super) fn depth(&self, other: &Self) -> usize {
        if self.branches != other.branches {
            24
        } else if self.kinds != other.kinds {
            // Where an exponential overflows before its reciprocal underflows there are but a few floats in a hundred, of
            // f64, whose points are farther apart, in a thousand.
            if S::IS_SINGLE { 9 } else { 15 }
        } else if (self.worst > WRONG) != (other.worst > WRONG) {
            6
        } else {
            0
        }
    }
}

/// The worst of some errors.
pub(super) fn worst(errors: &[f64]) -> f64 {
    let (mut worst, mut i) = (0.0, 0);
    while i < errors.len() {
        if errors[i] > worst {
            worst = errors[i];
        }
        i += 1;
    }
    worst
}
