//! Which points are next to each other, while new ones come between them.

use super::WRONG;
use super::case::Case;

/// The error from which on it may be a peak: where a slope passes a small minimum, the peak is high and narrow, and this
/// much is seen of it from afar.
const SLOPE: f64 = 0.15;

/// Which cases are next to each other.
pub(super) struct Neighbours {
    pub(super) before: Vec<usize>,
    pub(super) after: Vec<usize>,
}

impl Neighbours {
    /// Those of cases in order.
    pub(super) fn new<S>(cases: &[Case<S>]) -> Self {
        let last = cases.len().saturating_sub(1);
        let before = (0..cases.len()).map(|i| i.saturating_sub(1)).collect();
        let after = (0..cases.len()).map(|i| (i + 1).min(last)).collect();
        Self { before, after }
    }

    /// Puts the next case after one.
    pub(super) fn insert(&mut self, place: usize, before: usize) {
        let after = self.after[before];
        self.before.push(before);
        self.after.push(after);
        self.after[before] = place;
        self.before[after] = place;
    }

    /// Puts the cases in order.
    pub(super) fn line_up<S>(&self, cases: &mut Vec<Case<S>>) {
        let mut unordered: Vec<Option<Case<S>>> = std::mem::take(cases).into_iter().map(Some).collect();
        let mut place = 0;
        while let Some(case) = unordered.get_mut(place).and_then(Option::take) {
            cases.push(case);
            place = self.after[place];
        }
    }

    /// Whether floats do worse at a case than to both sides of it, without being wrong yet.
    pub(super) fn is_peak<S>(&self, cases: &[Case<S>], place: usize) -> bool {
        let own = cases[place].worst;
        let beside = [self.before[place], self.after[place]];
        (SLOPE..=WRONG).contains(&own) && beside.iter().all(|&other| cases[other].worst <= own)
    }
}
