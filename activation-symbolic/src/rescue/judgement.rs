//! All points that were looked at.

use std::cell::OnceCell;
use std::ops::Range;

use super::batch::Tape;
use super::case::{Case, worst};
use super::sample::Float;
use super::target::Targets;
use crate::graph::Id;

/// All points that were looked at: for each of the parameters' values, in ascending order where there is one input.
#[derive(Debug)]
pub(super) struct Judgement<S> {
    pub(super) cases: Vec<Case<S>>,
    pub(super) tape: Tape,
    /// What each node was, in the order of the tape, unordered.
    pub(super) columns: Vec<Vec<S>>,
    /// The same in the order of the cases, where it was asked for.
    pub(super) ordered: Vec<OnceCell<Column>>,
    /// What each root should be.
    pub(super) targets: Vec<Targets>,
    /// Of which roots 106 bits leave that open, and where.
    pub(super) doubts: Vec<Vec<bool>>,
}

/// What a node was at each point; for a mask 1 where it is set, else NaN.
#[derive(Debug, Clone)]
pub(super) struct Column {
    values: Vec<f64>,
    is_finite: bool,
}

impl Column {
    /// In the order of the cases.
    fn new<S: Float>(cases: &[Case<S>], unordered: &[S], is_mask: bool) -> Self {
        let (mut values, mut is_finite) = (vec![0.0; cases.len()], true);
        let (slice, mut i): (&mut [f64], usize) = (&mut values, 0);
        while i < cases.len() {
            let value: f64 = unordered[cases[i].row].into();
            let value = match (is_mask, value == 0.0) {
                (false, _) => value,
                (true, true) => f64::NAN,
                (true, false) => 1.0,
            };
            is_finite &= value.is_finite();
            slice[i] = value;
            i += 1;
        }
        Self { values, is_finite }
    }
}

impl<S: Float> Judgement<S> {
    /// The error of another result for a root, in units of what is tolerated.
    pub(super) fn error_of(&self, case: &Case<S>, root: usize, found: S) -> f64 {
        self.targets[root].error::<S>(case.row, found.into())
    }

    /// The worst error of some of the roots at each point, in units of what is tolerated.
    pub(super) fn errors(&self, part: &Range<usize>) -> Vec<f64> {
        let mut errors = vec![0.0; self.cases.len()];
        let (slice, cases, mut i): (&mut [f64], _, usize) = (&mut errors, self.cases.as_slice(), 0);
        while i < cases.len() {
            slice[i] = worst(&cases[i].errors[part.start..part.end]);
            i += 1;
        }
        errors
    }

    /// Whether 106 bits leave open what one of some of the roots should be at a point.
    pub(super) fn is_doubtful(&self, case: &Case<S>, part: Range<usize>) -> bool {
        self.doubts[part].iter().any(|doubts| doubts[case.row])
    }

    /// What a node was at each point; for a mask 1 where it is set, else NaN.
    pub(super) fn column(&self, id: Id) -> &[f64] {
        &self.ordered(id).values
    }

    /// Whether a node was a finite number everywhere.
    pub(super) fn is_finite(&self, id: Id) -> bool {
        self.ordered(id).is_finite
    }

    fn ordered(&self, id: Id) -> &Column {
        let place = self.tape.place(id);
        let is_mask = self.tape.steps[place].is_mask;
        self.ordered[place].get_or_init(|| Column::new(&self.cases, &self.columns[place], is_mask))
    }
}
