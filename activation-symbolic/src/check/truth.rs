//! Conditions on intervals: yes, no, or it can't be told (Kleene's logic).

use std::ops::{BitAnd, BitOr, BitXor, Not};

/// Whether a condition holds: everywhere, nowhere, or here and there; the surer the higher.
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
        if (self as u8) < other as u8 { self } else { other }
    }
}

impl BitOr for Truth {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        if (self as u8) > other as u8 { self } else { other }
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
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }
}
