//! Is the derivative that of the value? Symbols against differences.
//!
//! The difference quotient of `value` is taken in [`Extended`], where a step of 2⁻²⁰ still leaves 20 digits, and
//! with two steps, so that it comes with its own error. `derivative` is what users get: the sweeps, on registers.

use core::fmt;
use core::ops::{Bound, RangeBounds};

use crate::activation::MultiActivation;
use crate::arith::Arith;
use crate::element::Element;
use crate::extended::Extended;
use crate::float::Float;
use crate::kernel::{Kernel, Kink, MultiKernel, Parametric};
use crate::passes::Single;
use crate::real::Real;

/// Compares the derivative of `kernel` with difference quotients of its value, in f64 and in f32.
///
/// ```
/// # use activation_runtime::{kernel::{Info, Kernel}, real::Real};
/// use activation_runtime::gradcheck::gradcheck;
///
/// struct Cube;
///
/// impl Kernel for Cube {
///     const INFO: Info = Info::new("Cube", "x³", "2x²");
///     fn value<R: Real>(&self, x: R) -> R {
///         x * x * x
///     }
///     fn derivative<R: Real>(&self, x: R) -> R {
///         x * x + x * x // a slip
///     }
/// }
///
/// let report = gradcheck(&Cube, -3.0..3.0);
/// assert!(!report.passed());
/// println!("{report}");
/// ```
pub fn gradcheck<K: Kernel>(kernel: &K, range: impl RangeBounds<f64>) -> Report {
    let (from, to) = ends(&range, K::INFO.domain);
    if K::INFO.straight_through {
        return Report { name: K::INFO.name, regions: Vec::new(), kinks: Vec::new(), straight_through: true };
    }
    let width = (to - from) / REGIONS as f64;
    let regions = (0..REGIONS).map(|i| {
        let region =
            [from + i as f64 * width, if i + 1 == REGIONS { to } else { from + (i + 1) as f64 * width }];
        Region::check(&Single(kernel), [region], 0, K::INFO.kinks)
    });
    Report {
        name: K::INFO.name,
        regions: regions.collect(),
        kinks: within(K::INFO.kinks, from, to),
        straight_through: false,
    }
}

/// Compares the gradient of `kernel` with difference quotients of its value along each input, in f64 and in f32;
/// every input in its range.
pub fn gradcheck_inputs<K, const N: usize>(kernel: &K, ranges: [impl RangeBounds<f64>; N]) -> Report
where
    K: MultiKernel<N>,
{
    let ranges = ranges.map(|range| {
        let (from, to) = ends(&range, (f64::NEG_INFINITY, f64::INFINITY));
        [from, to]
    });
    let regions = (0..N).map(|input| Region::check(kernel, ranges, input, &[]));
    Report { name: K::INFO.name, regions: regions.collect(), kinks: Vec::new(), straight_through: false }
}

/// Compares the derivatives of a kernel of one input with respect to its parameters with difference quotients, in f64
/// and in f32; the parameters as given, the input in its range. There is a line for each parameter, in order.
///
/// A parameter that is one value a channel is an input: see [`gradcheck_inputs`].
pub fn gradcheck_parameters<K, const P: usize>(parameters: [f64; P], range: impl RangeBounds<f64>) -> Report
where
    K: Kernel + Parametric<1, P>,
{
    let (from, to) = ends(&range, K::INFO.domain);
    let regions = (0..P).map(|parameter| {
        let (points, in_f64) = compare_parameter::<K, f64, P>(parameters, parameter, [from, to]);
        let (_, in_f32) = compare_parameter::<K, f32, P>(parameters, parameter, [from, to]);
        Region { input: parameter, from, to, points, in_f64, in_f32 }
    });
    Report { name: K::INFO.name, regions: regions.collect(), kinks: Vec::new(), straight_through: false }
}

/// What [`gradcheck`] found; displays as a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The kernel's.
    pub name: &'static str,
    /// The parts of the range, or the inputs.
    pub regions: Vec<Region>,
    /// The kinks in the range. There is no derivative to compare; steps that would reach across are not taken.
    pub kinks: Vec<Kink>,
    /// Whether the derivative isn't meant to be that of the function: then nothing was compared.
    pub straight_through: bool,
}

impl Report {
    /// Whether everywhere at least half of the digits agree (and there is anything to compare); in f64 as many as f32 has,
    /// as a derivative may be a plain f32 function. A wrong formula agrees in none, a right one in all but the last few:
    /// the table says in how many.
    pub fn passed(&self) -> bool {
        const EPSILON: f64 = f32::EPSILON as f64;
        let right =
            |region: &Region| region.in_f64.error <= 4.0 * EPSILON && region.in_f32.error <= EPSILON.sqrt();
        let compared = self.regions.iter().any(|region| region.points > 0);
        self.straight_through || (compared && self.regions.iter().all(right))
    }
}

/// A part of the range, or an input of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Which input was varied.
    pub input: usize,
    /// Where the region begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// How many points were compared.
    pub points: usize,
    /// The worst of them in f64.
    pub in_f64: Worst,
    /// The worst of them in f32.
    pub in_f32: Worst,
}

/// The point where derivative and difference quotient differ most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worst {
    /// By how much, beyond the error of the difference quotient, relative to |f′| + |x·f″|: the size that a
    /// rounding of x alone would change f′ by is ε times that.
    pub error: f64,
    /// Where.
    pub x: f64,
    /// The derivative.
    pub derivative: f64,
    /// The difference quotient.
    pub difference: f64,
}

impl Worst {
    /// Of no points.
    pub(crate) fn none(x: f64) -> Self {
        Self { error: 0.0, x, derivative: f64::NAN, difference: f64::NAN }
    }
}

const REGIONS: usize = 8;
const POINTS: usize = 128;

/// The ends of a range; where it has none, those of the domain, or ±1000.
pub(crate) fn ends(range: &impl RangeBounds<f64>, domain: (f64, f64)) -> (f64, f64) {
    let end = |bound: Bound<&f64>, domain: f64| match bound {
        Bound::Included(x) | Bound::Excluded(x) => *x,
        Bound::Unbounded => domain.clamp(-1000.0, 1000.0),
    };
    (end(range.start_bound(), domain.0), end(range.end_bound(), domain.1))
}

fn within(kinks: &[Kink], from: f64, to: f64) -> Vec<Kink> {
    kinks.iter().copied().filter(|kink| (from..=to).contains(&kink.x)).collect()
}

impl Region {
    fn check<K, const N: usize>(kernel: &K, ranges: [[f64; 2]; N], input: usize, kinks: &[Kink]) -> Self
    where
        K: MultiKernel<N>,
    {
        let [from, to] = ranges[input];
        let (points, in_f64) = compare::<K, f64, N>(kernel, ranges, input, kinks);
        let (_, in_f32) = compare::<K, f32, N>(kernel, ranges, input, kinks);
        Self { input, from, to, points, in_f64, in_f32 }
    }
}

/// How many points could be compared in `T`, and the worst.
fn compare<K, T, const N: usize>(
    kernel: &K,
    ranges: [[f64; 2]; N],
    input: usize,
    kinks: &[Kink],
) -> (usize, Worst)
where
    K: MultiKernel<N>,
    T: Float + Element<Float = T>,
{
    let points: [Vec<T>; N] = core::array::from_fn(|i| {
        let [from, to] = ranges[i];
        (0..POINTS).map(|k| T::from_f64(spread(i, k, from, to))).collect()
    });
    let ones = vec![T::from_f64(1.0); POINTS];
    let mut gradients: [Vec<T>; N] = core::array::from_fn(|_| ones.clone());
    let slices = points.each_ref().map(Vec::as_slice);
    let compared = kernel.backward(slices, &ones, gradients.each_mut().map(Vec::as_mut_slice));
    debug_assert_eq!(compared, Ok(()));

    let mut worst = Worst::none(ranges[input][0]);
    let mut count = 0;
    for k in 0..POINTS {
        let x = points.each_ref().map(|x| Extended::<T>::from_f64(x[k].to_f64()));
        let at = points[input][k].to_f64();
        let reach = kinks.iter().map(|kink| (kink.x - at).abs()).fold(f64::INFINITY, f64::min);
        let Some(slope) = Slope::of(|moved| kernel.value(moved), x, input, reach) else { continue };
        count += 1;
        let derivative = gradients[input][k].to_f64();
        let error = slope.error_of::<T>(derivative, (at * slope.second).abs());
        if count == 1 || error > worst.error {
            worst = Worst { error, x: at, derivative, difference: slope.first };
        }
    }
    (count, worst)
}

/// How many points could be compared in `T`, and the worst: the slope along one parameter.
fn compare_parameter<K, T, const P: usize>(
    parameters: [f64; P],
    parameter: usize,
    [from, to]: [f64; 2],
) -> (usize, Worst)
where
    K: Kernel + Parametric<1, P>,
    T: Float + Real<Mask = bool>,
{
    // The fields of a kernel are floats, perhaps of single precision: with steps of 2⁻⁸ times a power of two, what is
    // added to them is exact.
    let unit = 2f64.powf(parameters[parameter].abs().max(2f64.powi(-8)).log2().floor());
    let rounded = (parameters[parameter] / unit * 4096.0).round() / 4096.0 * unit;
    let at = |step: f64| {
        let mut moved = parameters;
        moved[parameter] = rounded + step * unit;
        K::from_gradient(moved)
    };
    let kernel = at(0.0);
    let mut worst = Worst::none(from);
    let mut count = 0;
    for k in 0..POINTS {
        let x = T::from_f64(spread(0, k, from, to));
        let wide = Extended::<T>::from_f64(x.to_f64());
        let difference = |step: f64| {
            let [up, down] = [at(step), at(-step)].map(|kernel| kernel.value(wide));
            ((up - down) / Extended::from_f64(2.0 * step * unit)).to_f64()
        };
        // Three steps, of which errors of second and fourth order are eliminated; the last correction is the error.
        let [coarse, medium, fine] = [1.0, 2.0, 4.0].map(|part| difference(2f64.powi(-8) / part));
        let [first, second] = [(4.0 * medium - coarse) / 3.0, (4.0 * fine - medium) / 3.0];
        let slope =
            Slope { first: (16.0 * second - first) / 15.0, second: 0.0, error: (second - first).abs() };
        if !slope.first.is_finite() {
            continue;
        }
        count += 1;
        let rescued = kernel.rescue_parameters([x]) == Some(true);
        let derivative = if rescued {
            kernel.parameter_gradient([wide])[parameter].to_f64()
        } else {
            kernel.parameter_gradient([x])[parameter].to_f64()
        };
        let error = slope.error_of::<T>(derivative, 0.0);
        if count == 1 || error > worst.error {
            worst = Worst { error, x: x.to_f64(), derivative, difference: slope.first };
        }
    }
    (count, worst)
}

/// The k-th number of a sequence that fills a range evenly: multiples of an irrational number, which differs from
/// sequence to sequence.
pub(crate) fn spread(sequence: usize, k: usize, from: f64, to: f64) -> f64 {
    let irrational = [2.0, 3.0, 5.0, 7.0, 11.0, 13.0][sequence % 6_usize].sqrt();
    // Not from the middle, where the kinks are.
    from + ((k + 1) as f64 * irrational).fract() * (to - from)
}

/// A difference quotient.
pub(crate) struct Slope {
    /// f′.
    pub(crate) first: f64,
    /// f″, roughly.
    second: f64,
    /// How far `first` may be off.
    error: f64,
}

impl Slope {
    /// The slope of `f` along one input, by steps within `reach`; `None` where `f` isn't finite around `x`.
    pub(crate) fn of<T, const N: usize>(
        f: impl Fn([Extended<T>; N]) -> Extended<T>,
        x: [Extended<T>; N],
        input: usize,
        reach: f64,
    ) -> Option<Self>
    where
        T: Float,
    {
        let along = |step: Extended<T>| {
            let mut moved = x;
            moved[input] = moved[input] + step;
            f(moved)
        };
        let at = x[input].to_f64().abs();
        let mut best: Option<Self> = None;
        // Shorter and shorter steps, until two of them agree as well as the numbers allow.
        for halvings in [16, 20, 24, 30, 36, 44] {
            let step = at.max(2f64.powi(-10)) * 2f64.powi(-halvings);
            if 2.0 * step > reach {
                continue;
            }
            let [coarse, fine] = [step, step / 2.0].map(|step| {
                let number = |value: f64| Extended::<T>::from_f64(value);
                let [left, right] = [along(number(-step)), along(number(step))];
                let [far_left, far_right] = [along(number(-2.0 * step)), along(number(2.0 * step))];
                // The quotient of fourth order: (8(f(x+h) − f(x−h)) − (f(x+2h) − f(x−2h))) / 12h.
                let first = ((right - left) * number(8.0) - (far_right - far_left)) / number(12.0 * step);
                let second = (right - along(number(0.0)) - (along(number(0.0)) - left)) / number(step * step);
                (first, second)
            });
            let slope = Self {
                first: fine.0.to_f64(),
                second: fine.1.to_f64(),
                error: (fine.0 - coarse.0).abs().to_f64(),
            };
            let settled = slope.error <= slope.first.abs() * 2f64.powi(-64);
            if slope.first.is_finite() && best.as_ref().is_none_or(|best| slope.error < best.error) {
                best = Some(slope);
            }
            if settled {
                break;
            }
        }
        best
    }

    /// The error of `derivative`, as [`Worst::error`]: relative to |f′| and this much more.
    pub(crate) fn error_of<T: Float>(&self, derivative: f64, more: f64) -> f64 {
        let Self { first, error, .. } = *self;
        if first.abs() > T::MAX.to_f64() {
            return if derivative == f64::INFINITY.copysign(first) { 0.0 } else { f64::INFINITY };
        }
        // What is subnormal is as good as 0.
        let scale = first.abs() + more + T::MIN_POSITIVE.to_f64() / T::EPSILON.to_f64();
        let difference = (derivative - first).abs();
        if difference.is_nan() { f64::INFINITY } else { (difference - error).max(0.0) / scale }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.straight_through {
            return write!(f, "{}: straight-through, so not compared; passed", self.name);
        }
        writeln!(
            f,
            "{}: derivative beside difference quotient; error relative to |f′| + |x·f″|\n{:>5} {:>11} {:>11} {:>6} {:>10} {:>12} {:>10} {:>12} {:>13} {:>13}",
            self.name,
            "input",
            "from",
            "to",
            "points",
            "f64 error",
            "worst x",
            "f32 error",
            "worst x",
            "derivative",
            "difference",
        )?;
        for region in &self.regions {
            let Region { input, from, to, points, in_f64, in_f32 } = region;
            let Worst { derivative, difference, .. } = in_f64;
            writeln!(
                f,
                "{input:>5} {from:>11.4} {to:>11.4} {points:>6} {:>10.1e} {:>12.5} {:>10.1e} {:>12.5} {derivative:>13.6e} {difference:>13.6e}",
                in_f64.error, in_f64.x, in_f32.error, in_f32.x,
            )?;
        }
        for Kink { x, left, right } in &self.kinks {
            writeln!(f, "kink at x = {x}: slope {left} on the left, {right} on the right; not compared")?;
        }
        write!(f, "{}", if self.passed() { "passed" } else { "FAILED: not the derivative of this value" })
    }
}
