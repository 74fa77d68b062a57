//! What those that call a function by path know of it at compile time.

use super::{RowKernel, Shape};

/// What an activation gives, where others call it by path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gives {
    /// A number for a number, so that it is element by element on rows.
    Elements,
    /// A row for rows.
    Row,
    /// A number for rows.
    Number,
    /// It is no activation.
    Unknown,
}

impl Gives {
    /// Whether it is a function of rows.
    pub const fn is_of_rows(self) -> bool {
        matches!(self, Self::Row | Self::Number)
    }

    /// Whether it is no activation.
    pub const fn is_unknown(self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// Whether it gives a row for arguments of which some are rows, as they are told.
    pub const fn row(self, arguments: &[bool]) -> bool {
        match self {
            Self::Row => true,
            Self::Number => false,
            Self::Elements | Self::Unknown => any(arguments),
        }
    }
}

const fn any(of: &[bool]) -> bool {
    let mut i = 0;
    while i < of.len() {
        if of[i] {
            return true;
        }
        i += 1;
    }
    false
}

const fn all(of: &[bool]) -> bool {
    let mut i = 0;
    while i < of.len() {
        if !of[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// What those that call a function by path have to know of it.
#[derive(Debug, Clone, Copy)]
pub struct Callee {
    /// What it gives.
    pub gives: Gives,
    /// How many rows it is a function of; 0 if it is a function of numbers.
    pub inputs: usize,
    /// How many rows it needs for what it calls itself, whatever is computed of it.
    pub room: usize,
}

impl Callee {
    /// An activation of numbers.
    pub const ELEMENTS: Self = Self { gives: Gives::Elements, inputs: 0, room: 0 };
    /// A plain function.
    pub const UNKNOWN: Self = Self { gives: Gives::Unknown, inputs: 0, room: 0 };

    /// A function of rows.
    pub const fn of<K: RowKernel<N>, const N: usize>() -> Self {
        let gives = if K::Output::LEN == 1 { Gives::Row } else { Gives::Number };
        let [value, pullback, pushforward, parameters] = K::ROOM;
        Self { gives, inputs: N, room: largest(&[value, pullback, pushforward, parameters]) }
    }

    /// Whether it can be given arguments of which some are rows, as they are told: a function of rows takes nothing else.
    /// Of too few arguments, or too many, more is said elsewhere.
    pub const fn takes(self, arguments: &[bool]) -> bool {
        arguments.len() != self.inputs || all(arguments)
    }
}

/// [`RowKernel::ROOM`] of a function whose methods lay out so many rows themselves, and call these functions.
pub const fn room(mut own: [usize; 4], callees: &[Callee]) -> [usize; 4] {
    let (mut theirs, mut i) = (0, 0);
    while i < callees.len() {
        theirs = largest(&[theirs, callees[i].room]);
        i += 1;
    }
    i = 0;
    while i < own.len() {
        own[i] += theirs;
        i += 1;
    }
    own
}

const fn largest(of: &[usize]) -> usize {
    let (mut largest, mut i) = (0, 0);
    while i < of.len() {
        if of[i] > largest {
            largest = of[i];
        }
        i += 1;
    }
    largest
}
