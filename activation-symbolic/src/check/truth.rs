//! Conditions on intervals: yes, no, or it can't be told (Kleene's logic).

use std::ops::{BitAnd, BitOr, BitXor, Not};

/// Whether a condition holds: everywhere, nowhere, or here and there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// Nowhere.
    No,
    /// It can't be told.
    Maybe,
    /// Everywhere.
    Yes,
}

impl Truth {
    /// `yes` or `no` as it is known, else maybe.
    pub fn of(yes: bool, no: bool) -> Self {
        match (yes, no) {
            (true, _) => Self::Yes,
            (_, true) => Self::No,
            _ => Self::Maybe,
        }
    }
}

impl BitAnd for Truth {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self::of(self == Self::Yes && other == Self::Yes, self == Self::No || other == Self::No)
    }
}

impl BitOr for Truth {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        !(!self & !other)
    }
}

impl BitXor for Truth {
    type Output = Self;
    fn bitxor(self, other: Self) -> Self {
        (self & !other) | (!self & other)
    }
}

impl Not for Truth {
    type Output = Self;
    fn not(self) -> Self {
        Self::of(self == Self::No, self == Self::Yes)
    }
}
