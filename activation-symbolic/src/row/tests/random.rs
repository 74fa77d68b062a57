//! Random functions of rows: both products with vectors beside those of dual numbers, which know nothing of graphs, and
//! beside each other, as ⟨dy, J·v⟩ = ⟨Jᵀ·dy, v⟩. All in 106 bits, so that a slip is far from a rounding.

use activation_runtime::arith::Arith;
use activation_runtime::extended::Extended as Precise;
use activation_runtime::real::Real;
use activation_runtime::row::{Shape, ToRow, ToScalar};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::super::derive;
use super::super::interpret::{Extended, INPUTS, Interpreted, Program, apply, programs};
use super::lowered;

#[path = "../../../tests/support/dual.rs"]
mod dual;
use dual::Dual;

type Number = Dual<Precise<f64>>;

/// A row or a scalar, of numbers that are defined everywhere.
#[derive(Debug, Clone)]
enum Expr {
    Input(usize),
    Literal(f64),
    Unary(&'static str, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    /// if a > b { c } else { d }
    If([Box<Expr>; 4]),
    Reduce(&'static str, Box<Expr>),
    Dot(Box<Expr>, Box<Expr>),
}

const UNARY: [&str; 9] = [
    "(-U)",
    "U.tanh()",
    "U.sin()",
    "U.abs()",
    "sigmoid(U)",
    "softplus(U)",
    "U.atan()",
    "U.sin().exp()",
    "(U * U)",
];
const BINARY: [&str; 6] = ["(A + B)", "(A - B)", "(A * B)", "(A / (1.5 + B * B))", "A.max(B)", "A.min(B)"];
const REDUCTIONS: [&str; 7] = ["sum", "mean", "max", "min", "prod", "norm", "logsumexp"];

fn row(depth: u32) -> BoxedStrategy<Expr> {
    let leaf = (0..2_usize).prop_map(Expr::Input);
    if depth == 0 {
        return leaf.boxed();
    }
    let (r, s) = (row(depth - 1), scalar(depth - 1));
    let softmax = "(U.exp() / U.exp().sum())";
    let unary = prop_oneof![8 => prop::sample::select(&UNARY[..]), 1 => Just(softmax)];
    let either = prop_oneof![r.clone(), s.clone()];
    prop_oneof![
        1 => leaf,
        2 => (unary, r.clone()).prop_map(|(f, u)| Expr::Unary(f, Box::new(u))),
        2 => (prop::sample::select(&BINARY[..]), r.clone(), either.clone()).prop_map(binary),
        2 => (prop::sample::select(&BINARY[..]), either.clone(), r.clone()).prop_map(binary),
        1 => (r.clone(), either, r.clone(), r)
            .prop_map(|(a, b, c, d)| Expr::If([a, b, c, d].map(Box::new))),
    ]
    .boxed()
}

fn scalar(depth: u32) -> BoxedStrategy<Expr> {
    let literal = prop::sample::select(vec![0.5, -1.25, 2.0]).prop_map(Expr::Literal);
    if depth == 0 {
        return literal.boxed();
    }
    let (r, s) = (row(depth - 1), scalar(depth - 1));
    prop_oneof![
        1 => literal,
        4 => (prop::sample::select(&REDUCTIONS[..]), r.clone()).prop_map(|(f, u)| Expr::Reduce(f, Box::new(u))),
        1 => (r.clone(), r).prop_map(|(a, b)| Expr::Dot(Box::new(a), Box::new(b))),
        1 => (prop::sample::select(&UNARY[..]), s.clone()).prop_map(|(f, u)| Expr::Unary(f, Box::new(u))),
        1 => (prop::sample::select(&BINARY[..]), s.clone(), s).prop_map(binary),
    ]
    .boxed()
}

fn binary((f, a, b): (&'static str, Expr, Expr)) -> Expr {
    Expr::Binary(f, Box::new(a), Box::new(b))
}

impl Expr {
    /// As Rust.
    fn text(&self) -> String {
        match self {
            Self::Input(0) => "x".to_owned(),
            Self::Input(_) => "t".to_owned(),
            Self::Literal(value) => format!("({value:?})"),
            Self::Unary(form, u) => form.replace('U', &u.text()),
            Self::Binary(form, a, b) => {
                form.replace('A', "\u{1}").replace('B', &b.text()).replace('\u{1}', &a.text())
            }
            Self::If([a, b, c, d]) => {
                let [a, b, c, d] = [a, b, c, d].map(|e| e.text());
                format!("(if {a} > {b} {{ {c} }} else {{ {d} }})")
            }
            Self::Reduce(name, u) => format!("{}.{name}()", u.text()),
            Self::Dot(a, b) => format!("{}.dot({})", a.text(), b.text()),
        }
    }

    /// Whether it has a number for each position.
    fn is_row(&self) -> bool {
        match self {
            Self::Input(_) => true,
            Self::Literal(_) | Self::Reduce(..) | Self::Dot(..) => false,
            Self::Unary(_, u) => u.is_row(),
            Self::Binary(_, a, b) => a.is_row() || b.is_row(),
            Self::If(parts) => parts.iter().any(|part| part.is_row()),
        }
    }

    /// One number for a scalar, one for each position of a row.
    fn value(&self, x: &[Vec<Number>]) -> Vec<Number> {
        let width = x[0].len();
        match self {
            Self::Input(n) => x[*n].clone(),
            Self::Literal(value) => vec![x[0][0].constant(*value)],
            Self::Unary(form, u) => unary(form, u.value(x)),
            Self::Binary(form, a, b) => {
                let (a, b) = (a.value(x), b.value(x));
                (0..a.len().max(b.len())).map(|i| combined(form, at(&a, i), at(&b, i))).collect()
            }
            Self::If(parts) => {
                let [a, b, c, d] = parts.each_ref().map(|part| part.value(x));
                let len = if self.is_row() { width } else { 1 };
                (0..len).map(|i| if at(&a, i).gt(at(&b, i)) { at(&c, i) } else { at(&d, i) }).collect()
            }
            Self::Reduce(name, u) => vec![reduced(name, u.value(x))],
            Self::Dot(a, b) => {
                let products = a.value(x).into_iter().zip(b.value(x)).map(|(a, b)| a * b);
                vec![reduced("sum", products.collect())]
            }
        }
    }
}

/// A scalar serves every position.
fn at(values: &[Number], i: usize) -> Number {
    if values.len() == 1 { values[0] } else { values[i] }
}

fn unary(form: &str, u: Vec<Number>) -> Vec<Number> {
    if form.contains("sum") {
        let log = reduced("logsumexp", u.clone());
        return u.into_iter().map(|u| (u - log).exp()).collect();
    }
    let each = |u: Number| match form {
        "(-U)" => -u,
        "U.tanh()" => u.tanh(),
        "U.sin()" => u.sin(),
        "U.abs()" => u.abs(),
        "sigmoid(U)" => u.sigmoid(),
        "softplus(U)" => u.softplus(),
        "U.atan()" => u.atan(),
        "U.sin().exp()" => u.sin().exp(),
        _ => u * u,
    };
    u.into_iter().map(each).collect()
}

fn combined(form: &str, a: Number, b: Number) -> Number {
    match form {
        "(A + B)" => a + b,
        "(A - B)" => a - b,
        "(A * B)" => a * b,
        "A.max(B)" => a.max(b),
        "A.min(B)" => a.min(b),
        _ => a / (b * b + b.constant(1.5)),
    }
}

fn reduced(name: &str, row: Vec<Number>) -> Number {
    let (first, len) = (row[0], row.len() as f64);
    let sum = |row: Vec<Number>| row.into_iter().fold(first.constant(0.0), |sum, x| sum + x);
    match name {
        "sum" => sum(row),
        "mean" => sum(row) / first.constant(len),
        // Of equals the last.
        "max" => row.into_iter().reduce(Arith::max).unwrap_or(first),
        "min" => row.into_iter().reduce(Arith::min).unwrap_or(first),
        "prod" => row.into_iter().fold(first.constant(1.0), |product, x| product * x),
        "norm" => {
            let square = sum(row.into_iter().map(|x| x * x).collect());
            // The gradient at 0 is 0.
            if square.value.to_f64() == 0.0 { first.constant(0.0) } else { square.sqrt() }
        }
        // Of one number it is that number, exactly: whether a branch sees a tie must not depend on a rounding.
        _ => {
            let shift = row.iter().copied().reduce(Arith::max).unwrap_or(first);
            sum(row.into_iter().map(|x| (x - shift).exp()).collect()).ln() + shift
        }
    }
}

/// A point and two directions.
#[derive(Debug)]
struct Point {
    x: [Vec<f64>; 2],
    v: [Vec<f64>; 2],
    dy: Vec<f64>,
}

impl Point {
    fn new(width: usize, outputs: usize) -> Self {
        let mut n = 0.0;
        // No two alike.
        let mut row = |len: usize| -> Vec<f64> {
            let mut next = || {
                n += 1.0;
                (n * 2f64.sqrt()).fract() * 4.0 - 2.0
            };
            (0..len).map(|_| next()).collect()
        };
        Self { x: [row(width), row(width)], v: [row(width), row(width)], dy: row(outputs) }
    }

    /// The value, with the tangents that `slope(input, position)` gives the inputs.
    fn evaluate(&self, expr: &Expr, slope: impl Fn(usize, usize) -> f64) -> Vec<Number> {
        let number = |n: usize, i: usize| {
            let [value, slope] = [self.x[n][i], slope(n, i)].map(Precise::from_f64);
            Number { value, slope }
        };
        let x: Vec<Vec<Number>> =
            (0..2).map(|n| (0..self.x[n].len()).map(|i| number(n, i)).collect()).collect();
        expr.value(&x)
    }

    fn run<O: Shape>(&self, programs: &[Program; 3], method: usize) -> Vec<f64> {
        let width = self.x[0].len();
        let rows = |rows: &[Vec<f64>; 2]| {
            rows.iter().cloned().chain(std::iter::repeat(vec![0.0; width])).take(INPUTS).collect::<Vec<_>>()
        };
        let mut numbers = rows(&self.x);
        match method {
            1 => numbers.push(self.dy.clone()),
            2 => numbers.extend(rows(&self.v)),
            _ => {}
        }
        apply(&Interpreted::<O, _>::new(programs, Extended), method, &numbers, width)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Compares all three methods at rows of some lengths.
fn check(expr: &Expr) -> Result<(), TestCaseError> {
    let returns_row = expr.is_row();
    let output = if returns_row { "Row<f64>" } else { "f64" };
    let source =
        format!("fn f(x: Row<f64>, t: Row<f64>) -> {output} {{ let _ = x; let _ = t; {} }}", expr.text());
    // A row such as x − x is one number to the compiler.
    let Some(function) = lowered(&source) else { return Err(TestCaseError::reject("no row")) };
    let programs = programs(&function, &derive(&function));
    for width in [1, 2, 5] {
        let point = Point::new(width, if returns_row { width } else { 1 });
        let run = |method| {
            if returns_row {
                point.run::<ToRow>(&programs, method)
            } else {
                point.run::<ToScalar>(&programs, method)
            }
        };
        let [y, dx, jvp] = [0, 1, 2].map(run);
        let close = |what: &str, found: f64, exact: f64, size: f64| {
            let right = (found - exact).abs() <= 1e-12 * (1.0 + exact.abs() + size);
            prop_assert!(right, "{source}\n  row of {width}: {what} is {found:e} and not {exact:e}");
            Ok(())
        };
        let exact = point.evaluate(expr, |n, i| point.v[n][i]);
        // Larger numbers have no room for a difference.
        if exact.iter().any(|e| !(e.value.to_f64().abs() < 1e6 && e.slope.to_f64().abs() < 1e6)) {
            continue;
        }
        for (k, exact) in exact.iter().enumerate() {
            close("y", y[k], exact.value.to_f64(), 0.0)?;
            close("J·v", jvp[k], exact.slope.to_f64(), 0.0)?;
        }
        for n in 0..2 {
            for i in 0..width {
                let column = point.evaluate(expr, |m, j| f64::from(u8::from((m, j) == (n, i))));
                let column: Vec<f64> = column.iter().map(|e| e.slope.to_f64()).collect();
                let size: f64 = column.iter().zip(&point.dy).map(|(j, dy)| (j * dy).abs()).sum();
                close("Jᵀ·dy", dx[n * width + i], dot(&point.dy, &column), size)?;
            }
        }
        let v = point.v.concat();
        let size: f64 = dx.iter().zip(&v).map(|(dx, v)| (dx * v).abs()).sum();
        close("⟨Jᵀ·dy, v⟩", dot(&dx[..2 * width], &v), dot(&point.dy, &jvp), size)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(6),
        ..ProptestConfig::default()
    })]

    #[test]
    fn rows_agree_with_dual_numbers(expr in row(3)) {
        check(&expr)?;
    }

    #[test]
    fn scalars_agree_with_dual_numbers(expr in scalar(4)) {
        check(&expr)?;
    }
}
