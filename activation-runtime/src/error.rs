//! What can go wrong at run time: shapes that disagree, and nothing else.

use core::fmt;

/// Two lengths that had to be equal, or a length that had to be a multiple of the other, were not.
///
/// Nothing has been written when this is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ShapeError {
    /// What the expected length belongs to, such as `x`.
    pub reference: &'static str,
    /// The length (or divisor) that was asked for.
    pub expected: usize,
    /// What the other length belongs to, such as `dx`.
    pub found_in: &'static str,
    /// The length that was found.
    pub found: usize,
}

impl ShapeError {
    /// `Ok` when `found_in` has the length of `reference`.
    ///
    /// # Errors
    /// The two names and lengths, where they differ.
    pub fn check(
        reference: &'static str,
        expected: usize,
        found_in: &'static str,
        found: usize,
    ) -> Result<(), Self> {
        if expected == found { Ok(()) } else { Err(Self { reference, expected, found_in, found }) }
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reference, expected, found_in, found } = self;
        write!(f, "`{found_in}` has length {found}, but `{reference}` asks for {expected}")
    }
}

impl std::error::Error for ShapeError {}
