//! What can go wrong at run time: shapes that disagree, and an output that says too little.

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

/// Why a backward pass can't start from the output.
///
/// Nothing has been written when this is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputError {
    /// Lengths disagree.
    Shape(ShapeError),
    /// The derivative of this function, given by its name, isn't a function of the output: the input is needed. Which
    /// functions are is known at compile time, as [`Info::saves`](crate::kernel::Info::saves).
    NeedsInput(&'static str),
}

impl From<ShapeError> for OutputError {
    fn from(error: ShapeError) -> Self {
        Self::Shape(error)
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape(error) => error.fmt(f),
            Self::NeedsInput(name) => {
                write!(
                    f,
                    "the derivative of `{name}` isn't a function of its output: use `backward` with the input"
                )
            }
        }
    }
}

impl std::error::Error for OutputError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Shape(error) => Some(error),
            Self::NeedsInput(_) => None,
        }
    }
}
