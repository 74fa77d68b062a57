//! Sums that don't lose what they round off.

use crate::arith::Arith;

/// A running sum with the error of its rounding, lane by lane (Knuth's two-sum, as in Ogita, Rump and Oishi 2005).
///
/// n terms are summed as if in twice the precision: |error| ≤ ε·|Σ| + (nε)²·Σ|·|.
#[derive(Debug, Clone, Copy)]
pub struct Sum<V> {
    total: V,
    error: V,
}

impl<V: Arith> Sum<V> {
    /// The sum of no terms; `zero` gives it its shape.
    #[inline(always)]
    pub fn new(zero: V) -> Self {
        Self { total: zero, error: zero }
    }

    /// Adds a term.
    #[inline(always)]
    pub fn add(&mut self, term: V) {
        let total = self.total + term;
        let rounded = total - self.total;
        self.error = self.error + ((self.total - (total - rounded)) + (term - rounded));
        self.total = total;
    }

    /// The running sum, and what to add to it.
    #[inline(always)]
    pub fn parts(self) -> [V; 2] {
        [self.total, self.error]
    }

    /// The sum with these [`parts`](Self::parts).
    #[inline(always)]
    pub fn of_parts([total, error]: [V; 2]) -> Self {
        Self { total, error }
    }
}

impl Sum<f64> {
    /// The sum, rounded once.
    pub fn value(self) -> f64 {
        // An infinite total has no error worth adding: it is NaN.
        if self.total.is_finite() { self.total + self.error } else { self.total }
    }

    /// Adds what another sum holds.
    pub fn merge(&mut self, other: Self) {
        self.add(other.total);
        if other.total.is_finite() {
            self.error += other.error;
        }
    }
}
