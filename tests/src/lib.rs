//! What the corpus tests share: golden files, the tolerance of the corpus, and how a kernel is held against them.
#![allow(clippy::missing_panics_doc, reason = "tests panic where they fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use activation_runtime::extended::Extended;
use activation_runtime::level::{Level, with_level};
use activations::{Activation, Kernel};

/// A line of a golden file: the exact value and derivative at one float.
#[derive(Debug, Clone, Copy)]
pub struct Golden<T> {
    /// Where.
    pub x: T,
    /// f(x).
    pub value: f64,
    /// f′(x).
    pub derivative: f64,
    /// |x·f″(x)|, where the file has it.
    pub curvature: Option<f64>,
}

/// A float that golden files hold the bits of.
pub trait Bits: Copy + PartialEq + std::fmt::Debug + std::fmt::LowerExp {
    /// ε of the corpus' tolerance: half the distance from 1 to the next float.
    const EPSILON: f64;
    /// What underflow may lose.
    const TINY: f64;
    /// The float of these bits, in hexadecimal.
    fn from_hex(bits: &str) -> Self;
    /// The same number in f64.
    fn wide(self) -> f64;
    /// The nearest float.
    fn nearest(value: f64) -> Self;
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
}

macro_rules! bits {
    ($($float:ident $unsigned:ident $epsilon:expr, $tiny:expr;)*) => {$(
        impl Bits for $float {
            const EPSILON: f64 = $epsilon;
            const TINY: f64 = $tiny;
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            fn from_hex(bits: &str) -> Self {
                Self::from_bits($unsigned::from_str_radix(bits, 16).expect("hexadecimal bits"))
            }
            #[allow(clippy::unnecessary_cast)]
            fn wide(self) -> f64 {
                self as f64
            }
            #[allow(clippy::unnecessary_cast)]
            fn nearest(value: f64) -> Self {
                value as Self
            }
        }
    )*};
}
bits! {
    f32 u32 f32::EPSILON as f64 / 2.0, f32::MIN_POSITIVE as f64;
    f64 u64 f64::EPSILON / 2.0, f64::MIN_POSITIVE;
}

/// The text of a file of the corpus.
pub fn data(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a golden file, or the points of the case `name` in `file#name`.
pub fn golden<T: Bits>(path: &str) -> Vec<Golden<T>> {
    if let Some((file, name)) = path.split_once('#') {
        return points(file, name);
    }
    let field = |field: Option<&str>| field.and_then(|f| f.parse().ok()).expect("a number");
    let text = data(path);
    let lines = text.lines().skip(1).filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let mut fields = line.split(',');
            let x = T::from_hex(fields.next().expect("x_bits"));
            let (value, derivative) = (field(fields.next()), field(fields.next()));
            Golden { x, value, derivative, curvature: fields.next().map(|c| field(Some(c))) }
        })
        .collect()
}

fn points<T: Bits>(file: &str, name: &str) -> Vec<Golden<T>> {
    let json: serde_json::Value = serde_json::from_str(&data(file)).expect("JSON");
    let cases = json["cases"].as_array().expect("cases");
    let case = cases.iter().find(|case| case["name"] == name).expect("a case of this name");
    let points = case["points"].as_array().expect("points").iter();
    points
        .map(|point| {
            let number = |i: usize| point[i].as_f64().expect("a number");
            let x = T::from_hex(point[0].as_str().expect("x_bits"));
            Golden { x, value: number(1), derivative: number(2), curvature: Some(number(3)) }
        })
        .collect()
}

/// Whether `found` is right: within `bound`, infinite where the exact value rounds to infinity, never NaN.
pub fn is_right<T: Bits>(found: T, exact: f64, bound: f64) -> bool {
    let found = found.wide();
    if !T::nearest(exact).wide().is_finite() || !found.is_finite() {
        // At the edge of the range, the neighbour that is still finite is within the bound as well.
        return found == T::nearest(exact).wide() || (found - exact).abs() <= bound;
    }
    (found - exact).abs() <= bound
}

/// |x·g′(x)|, from a difference quotient of `g` in extended precision.
fn sensitivity<T: Bits, S: activation_runtime::extended::Element>(
    g: impl Fn(Extended<S>) -> Extended<S>,
    x: T,
) -> f64 {
    let h = 2f64.powi(-30);
    let at = |scale: f64| g(Extended::from_f64(x.wide()) * Extended::from_f64(scale));
    ((at(1.0 + h) - at(1.0 - h)) / Extended::from_f64(2.0 * h)).to_f64().abs()
}

/// Whether a golden derivative is wrong: an artefact of an overflow in the public files (`data/README.md`).
fn is_artefact(path: &str, x: f64) -> bool {
    let name = path.strip_prefix("elementwise/golden/").and_then(|file| file.strip_suffix(".csv"));
    matches!(name, Some("colu" | "loglogish_stable" | "cloglog")) && x >= 1e8
}

/// Holds a kernel against its golden file on every instruction set; returns what is wrong, one line for each.
pub fn check<T, K>(name: &str, path: &str, kernel: &K) -> Vec<String>
where
    T: Bits + activation_runtime::extended::Element,
    K: Kernel + Activation<T>,
{
    let golden = golden::<T>(path);
    let x: Vec<T> = golden.iter().map(|g| g.x).collect();
    let dy = vec![T::ONE; x.len()];
    let mut faults = Vec::new();
    for level in Level::available() {
        with_level(level, || {
            let [mut y, mut dx, mut both_y, mut both_dx] = [0; 4].map(|_| vec![T::ZERO; x.len()]);
            kernel.forward(&x, &mut y).expect("equal lengths");
            kernel.backward(&x, &dy, &mut dx).expect("equal lengths");
            kernel.forward_backward(&x, &dy, &mut both_y, &mut both_dx).expect("equal lengths");
            for (i, g) in golden.iter().enumerate() {
                let at = |what: &str| format!("{name} on {level:?} at x = {:e}: {what}", g.x);
                let slope = (g.x.wide() * g.derivative).abs();
                let bound = 4.0 * T::EPSILON * (g.value.abs() + slope) + T::TINY;
                if !is_right(y[i], g.value, bound) {
                    faults.push(at(&format!("value {:e} for {:e}", y[i], g.value)));
                }
                if y[i] != both_y[i] || dx[i] != both_dx[i] {
                    faults.push(at("forward_backward differs from forward and backward"));
                }
                if is_artefact(path, g.x.wide()) {
                    continue;
                }
                if !is_right(dx[i], g.derivative, 4.0 * T::EPSILON * g.derivative.abs() + T::TINY) {
                    let curvature =
                        g.curvature.unwrap_or_else(|| sensitivity::<T, T>(|x| kernel.derivative(x), g.x));
                    let bound = 4.0 * T::EPSILON * (g.derivative.abs() + curvature) + T::TINY;
                    if !is_right(dx[i], g.derivative, bound) {
                        faults.push(at(&format!("derivative {:e} for {:e}", dx[i], g.derivative)));
                    }
                }
            }
        });
    }
    faults
}

/// Visits every case of a corpus; the generated tables call it.
pub trait Visitor {
    /// A kernel with goldens in f32.
    fn case<K: Kernel + Activation<f32>>(&mut self, name: &str, golden: &str, kernel: &K);
    /// A kernel with goldens in f64.
    fn double<K: Kernel + Activation<f64>>(&mut self, name: &str, golden: &str, kernel: &K);
}

/// Collects the faults of all cases.
#[derive(Debug, Default)]
pub struct Faults {
    cases: BTreeMap<String, Vec<String>>,
}

impl Visitor for Faults {
    fn case<K: Kernel + Activation<f32>>(&mut self, name: &str, golden: &str, kernel: &K) {
        self.record(name, check::<f32, K>(name, golden, kernel));
    }
    fn double<K: Kernel + Activation<f64>>(&mut self, name: &str, golden: &str, kernel: &K) {
        self.record(&format!("{name} f64"), check::<f64, K>(name, golden, kernel));
    }
}

impl Faults {
    /// What is wrong with a case, one line for each fault.
    pub fn record(&mut self, name: &str, faults: Vec<String>) {
        self.cases.entry(name.to_owned()).or_default().extend(faults);
    }

    /// Fails if a case has faults that isn't in `data/open.txt`, or is in it without having any: the list of what
    /// isn't right yet only shrinks.
    pub fn assert_only_open(&self) {
        assert!(!self.cases.is_empty(), "no cases were found");
        let text = data("open.txt");
        let open: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let (mut new, mut mended) = (Vec::new(), Vec::new());
        for (name, faults) in &self.cases {
            match (faults.first(), open.contains(&name.as_str())) {
                (Some(fault), false) => {
                    new.push(format!("{name}: {} faults, such as\n    {fault}", faults.len()));
                }
                (None, true) => mended.push(name.as_str()),
                _ => {}
            }
        }
        assert!(new.is_empty(), "{} cases are wrong:\n{}", new.len(), new.join("\n"));
        assert!(mended.is_empty(), "right by now, so strike from data/open.txt:\n{}", mended.join("\n"));
    }
}
