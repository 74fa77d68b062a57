//! Everything that is known of a kernel, as text.

use core::fmt;

use crate::kernel::{Info, Kernel, Saves, Smoothness};

/// What the compiler knows of `K` and did for it: formula, derivative, smoothness, kinks, range, domain, what
/// backward keeps, and the report of the rewrites and checks.
///
/// ```
/// # use activation_runtime::{kernel::{Info, Kernel}, real::Real};
/// # struct Square;
/// # impl Kernel for Square {
/// #     const INFO: Info = Info::new("Square", "x²", "2x");
/// #     fn value<R: Real>(&self, x: R) -> R { x * x }
/// #     fn derivative<R: Real>(&self, x: R) -> R { x + x }
/// # }
/// use activation_runtime::explain::explain;
///
/// assert!(explain::<Square>().starts_with("Square\n  f(x)        x²\n  f′(x)       2x\n"));
/// ```
pub fn explain<K: Kernel>() -> String {
    K::INFO.to_string()
}

impl fmt::Display for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.name)?;
        line(f, "f(x)", &self.formula)?;
        line(f, "f′(x)", &self.derivative)?;
        line(f, "smoothness", &self.smoothness)?;
        for kink in self.kinks {
            line(f, "kink", &format_args!("at x = {}: slope {} | {}", kink.x, kink.left, kink.right))?;
        }
        line(f, "range", &Interval(self.range))?;
        line(f, "domain", &Interval(self.domain))?;
        if self.straight_through {
            line(f, "gradient", &"straight-through: not meant to be that of f")?;
        }
        line(f, "backward", &self.saves)?;
        if !self.report.is_empty() {
            write!(f, "\n{}\n", self.report.trim_end())?;
        }
        Ok(())
    }
}

/// A name and its value, whose further lines stand below the first.
fn line(f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display) -> fmt::Result {
    writeln!(f, "  {name:<12}{}", value.to_string().replace('\n', "\n              "))
}

impl fmt::Display for Smoothness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Smooth => "smooth (C∞)",
            Self::ContinuouslyDifferentiable => "continuously differentiable (C¹)",
            Self::Continuous => "continuous (C⁰)",
            Self::Discontinuous => "jumps",
            Self::Unknown => "not analysed",
        })
    }
}

impl fmt::Display for Saves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "needs nothing of the forward pass",
            Self::Input => "needs x",
            Self::Output => "needs y alone",
            Self::InputOrOutput => "needs x, or y at a loss where the function saturates",
        })
    }
}

/// A closed interval; its infinite ends are open.
struct Interval((f64, f64));

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = self.0;
        let number = |x: f64| match x {
            f64::INFINITY => "∞".to_owned(),
            f64::NEG_INFINITY => "−∞".to_owned(),
            x => x.to_string(),
        };
        let open = if from.is_finite() { '[' } else { '(' };
        let close = if to.is_finite() { ']' } else { ')' };
        write!(f, "{open}{}, {}{close}", number(from), number(to))
    }
}
