//! The rules of [`crate::rewrite`], as data.
//!
//! Each is an identity of real numbers whose right side says in floating point what the left side means, or says it
//! at less cost. Letters are any expressions; a coefficient (`a * …`) may be 1. A test samples both sides of each.
//! Rules for one kind of node are tried in the order in which they stand here.

use std::f64::consts::FRAC_PI_4;
use std::rc::Rc;

use crate::graph::{Graph, Id, Op, Operations};
use crate::pattern::{Bindings, Identity};

/// A rule of rewriting.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What the reports call it.
    pub name: &'static str,
    /// What is looked for.
    pub left: &'static str,
    /// What is put in its place.
    pub right: &'static str,
    /// What the variables must be, beyond real numbers for which the left side is defined.
    pub when: fn(&Match) -> bool,
    /// The variable that must be more than a number. (It is asked for as soon as the variable is bound.)
    pub compound: Option<char>,
    /// Why the left side doesn't do.
    pub why: &'static str,
}

pub(crate) const fn rule(
    name: &'static str,
    left: &'static str,
    right: &'static str,
    why: &'static str,
) -> Rule {
    Rule { name, left, right, when: |_| true, compound: None, why }
}

impl Rule {
    pub(crate) const fn when(self, when: fn(&Match) -> bool) -> Self {
        Self { when, ..self }
    }

    const fn compound(self, letter: char) -> Self {
        Self { compound: Some(letter), ..self }
    }

    /// Both sides; a product or quotient with a coefficient, since it is often part of a longer one.
    fn identity(&self) -> Option<Identity> {
        let identity = Identity::new(self.left, self.right)?;
        match identity.graph().op(identity.left) {
            Op::Mul | Op::Div if self.left.as_bytes().get(1) != Some(&b' ') => {
                Identity::new(&format!("q * {}", self.left), &format!("q * ({})", self.right))
            }
            _ => Some(identity),
        }
    }
}

const OVERFLOW: &str = "the exponential overflows where the function doesn't";
const CANCELS: &str = "the difference cancels where it is small";
const TAIL: &str = "the sum cancels in the tail";
const CHEAPER: &str = "the same at less cost";

/// All rules. The letter q is kept for the coefficient of products.
pub const RULES: &[Rule] = &[
    // Exponentials and logarithms.
    rule("exp of ln", "exp(ln(a))", "a", CHEAPER),
    rule("ln of exp", "ln(exp(u))", "u", OVERFLOW),
    rule("logistic from softplus", "exp(-softplus(u))", "sigmoid(-u)", CHEAPER),
    rule("exp of softplus", "exp(softplus(u))", "1 + exp(u)", CHEAPER),
    rule("expm1 and 1", "exp_m1(u) + 1", "exp(u)", CHEAPER),
    rule("expm1 and 2", "exp_m1(u) + 2", "exp(u) + 1", CHEAPER),
    rule("expm1", "a * exp(u) - a", "a * exp_m1(u)", CANCELS),
    rule("expm1 in a sum", "w + exp(u) - 1", "w + exp_m1(u)", CANCELS),
    rule("expm1 in a sum", "w - exp(u) + 1", "w - exp_m1(u)", CANCELS),
    rule("sign of expm1", "min(a * exp_m1(u / a), 0)", "a * exp_m1(min(u, 0) / a)", "its kinks cancel"),
    rule("sign of expm1", "min(a * exp_m1(u), 0)", "a * exp_m1(min(u, 0))", "its kinks cancel")
        .when(|m| m.is_number('a', |a| a > 0.0)),
    rule("expm1 of softplus", "exp_m1(softplus(u))", "exp(u)", CHEAPER),
    rule("exp2 less 1", "a * exp2(u) - a", "a * exp_m1(u * ln(2))", CANCELS),
    rule("power less 1", "a * powf(1 + w, p) - a", "a * exp_m1(p * ln_1p(w))", CANCELS)
        .when(|m| m.positive('w')),
    rule(
        "power less 1",
        "a * powf(1 + w, p) - a",
        "a * if(min(abs(w), abs(p * ln_1p(w))) < 0.5, exp_m1(p * ln_1p(w)), powf(1 + w, p) - 1)",
        CANCELS,
    ),
    rule(
        "power less 1",
        "a * powf(max(1 + w, 0), p) - a",
        "a * if(min(abs(w), abs(p * ln_1p(w))) < 0.5, exp_m1(p * ln_1p(w)), powf(max(1 + w, 0), p) - 1)",
        CANCELS,
    ),
    rule("softplus", "ln(1 + exp(u))", "softplus(u)", OVERFLOW),
    rule("softplus", "ln_1p(exp(u))", "softplus(u)", OVERFLOW),
    rule("sum of both sides", "max(u, 0) - max(-u, 0)", "u", "its kinks cancel"),
    rule("softplus", "max(u, 0) + ln_1p(exp(-abs(u)))", "softplus(u)", "its kinks cancel"),
    rule("ln of σ", "min(u, 0) - ln_1p(exp(-abs(u)))", "-softplus(-u)", "its kinks cancel"),
    rule("difference of softplus", "softplus(u) - softplus(-u)", "u", CANCELS),
    rule("ln of σ", "ln(sigmoid(u))", "-softplus(-u)", "σ underflows"),
    rule("ln of 1 − σ", "ln_1p(-sigmoid(u))", "-softplus(u)", CANCELS),
    rule("ln of 1 ± tanh", "ln_1p(tanh(u))", "if(u < -1, ln(2) - softplus(-2 * u), ln_1p(tanh(u)))", TAIL),
    rule("ln of 1 ± tanh", "ln_1p(-tanh(u))", "if(u > 1, ln(2) - softplus(2 * u), ln_1p(-tanh(u)))", TAIL),
    rule("ln of cosh", "ln(2 * cosh(u))", "softplus(2 * u) - u", OVERFLOW),
    rule(
        "ln of cosh",
        "ln(cosh(u))",
        "if(abs(u) < 1, 0.5 * ln_1p(sinh(u) * sinh(u)), abs(u) + softplus(-2 * abs(u)) - ln(2))",
        OVERFLOW,
    ),
    rule("log of a sum of exponentials", "ln(exp(u) + exp(v))", "v + softplus(u - v)", OVERFLOW),
    rule("log of a sum of exponentials", "ln_1p(exp(u) + exp(v))", "softplus(v + softplus(u - v))", OVERFLOW),
    rule("quotient of sums", "ln((1 + exp(u)) / (1 + exp(v)))", "ln_1p(sigmoid(v) * exp_m1(u - v))", CANCELS),
    rule("quotient of sums", "ln((1 + exp(u)) * sigmoid(v))", "ln_1p(sigmoid(-v) * exp_m1(u + v))", CANCELS),
    rule("quotient of sums", "ln((c + w) / (d + w))", "ln_1p((c - d) / (d + w))", CANCELS)
        .when(|m| m.is_number('c', |_| true) && m.is_number('d', |_| true)),
    rule("difference of multiples", "a * x - a * (x - c)", "a * c", CANCELS).compound('x'),
    rule("difference of multiples", "a * x - a * (x + c)", "-(a * c)", CANCELS).compound('x'),
    rule("arsinh", "ln(u + sqrt(u * u + 1))", "asinh(u)", TAIL),
    rule("artanh", "ln((1 + u) / (1 - u))", "2 * atanh(u)", CANCELS),
    rule("artanh", "ln(1 + u) - ln(1 - u)", "2 * atanh(u)", CANCELS),
    rule("log1p", "ln(1 + w)", "ln_1p(w)", CANCELS),
    rule("log1p", "ln(1 + v + w)", "ln_1p(v + w)", CANCELS),
    // Hyperbolic functions.
    rule("sinh", "a * exp(u) - a * exp(-u)", "2 * a * sinh(u)", CANCELS),
    rule("cosh", "a * exp(u) + a * exp(-u)", "2 * a * cosh(u)", CHEAPER),
    rule("tanh", "a * sinh(u) / (b * cosh(u))", "a / b * tanh(u)", OVERFLOW),
    rule("cosh less 1", "a * cosh(u) - a", "2 * a * (sinh(u / 2) * sinh(u / 2))", CANCELS),
    rule("1 less cos", "a * cos(u) - a", "-2 * a * (sin(u / 2) * sin(u / 2))", CANCELS),
    rule("difference of cosines", "a * cos(x - c) - a * cos(x + c)", "2 * a * sin(c) * sin(x)", CANCELS)
        .when(|m| m.is_number('c', |_| true)),
    rule("difference of sines", "a * sin(x + c) - a * sin(x - c)", "2 * a * sin(c) * cos(x)", CANCELS)
        .when(|m| m.is_number('c', |_| true)),
    rule("tanh of softplus", "(a * a - 1) / (a * a + 1)", "tanh(ln(a))", OVERFLOW).when(|m| m.positive('a')),
    // The logistic function.
    rule("tanh", "exp_m1(u) / (1 + exp(u))", "tanh(u / 2)", OVERFLOW),
    rule(
        "tanh of softplus",
        "exp(u) * (exp(u) + 2) / (exp(u) * (exp(u) + 2) + 2)",
        "tanh(softplus(u))",
        OVERFLOW,
    ),
    rule("logistic", "a / (1 + exp(u))", "a * sigmoid(-u)", OVERFLOW),
    // A large logarithm would cost the exponent its last bits.
    rule("logistic", "a / (b + exp(u))", "a / b * sigmoid(ln(b) - u)", OVERFLOW)
        .when(|m| m.is_number('b', |b| (1e-3..1e3).contains(&b))),
    rule("logistic", "a / (b + c * exp(u))", "a / b * sigmoid(ln(b / c) - u)", OVERFLOW)
        .when(|m| m.numbers('b', 'c', |b, c| b > 0.0 && (1e-3..1e3).contains(&(b / c)))),
    rule("logistic", "exp(u) * sigmoid(-u)", "sigmoid(u)", OVERFLOW),
    rule("logistic", "exp(u) * sigmoid(c - u)", "exp(c) * sigmoid(u - c)", OVERFLOW)
        .when(|m| m.is_number('c', |_| true)),
    rule("tanh", "exp_m1(u) * sigmoid(-u)", "tanh(u / 2)", OVERFLOW),
    rule("difference of σ", "a * sigmoid(u) - a * sigmoid(-u)", "a * tanh(u / 2)", CANCELS),
    rule(
        "difference of σ",
        "a * sigmoid(u) - a * sigmoid(v)",
        "-a * (sigmoid(u) * sigmoid(-v) * exp_m1(v - u))",
        TAIL,
    ),
    rule(
        "difference of tanh",
        "a * tanh(u) - a * tanh(v)",
        "2 * a * (sigmoid(2 * u) - sigmoid(2 * v))",
        TAIL,
    ),
    rule("difference of numbers", "(x - a) - (x + b)", "-(a + b)", CHEAPER)
        .when(|m| m.numbers('a', 'b', |_, _| true)),
    rule("difference of numbers", "(x + a) - (x - b)", "a + b", CHEAPER)
        .when(|m| m.numbers('a', 'b', |_, _| true)),
    rule("complement of σ", "a - a * sigmoid(u)", "a * sigmoid(-u)", CANCELS),
    rule("tanh", "c * sigmoid(u) - b", "b * tanh(u / 2)", CANCELS)
        .when(|m| m.numbers('c', 'b', |c, b| c == 2.0 * b)),
    rule("tanh", "2 * (a * sigmoid(u)) - a", "a * tanh(u / 2)", CANCELS),
    rule("centred σ", "(x + b) * sigmoid(u) - c", "x * sigmoid(u) + c * tanh(u / 2)", CANCELS)
        .when(|m| m.numbers('b', 'c', |b, c| b == 2.0 * c)),
    rule("logistic from tanh", "a + a * tanh(u)", "2 * a * sigmoid(2 * u)", TAIL),
    rule("logistic from tanh", "a - a * tanh(u)", "2 * a * sigmoid(-2 * u)", TAIL),
    rule("complement of tanh²", "1 - tanh(u) * tanh(u)", "4 * (sigmoid(2 * u) * sigmoid(-2 * u))", TAIL),
    rule(
        "tanh² from its complement",
        "1 - 4 * (sigmoid(u) * sigmoid(-u))",
        "tanh(u / 2) * tanh(u / 2)",
        CANCELS,
    ),
    // Other saturating functions.
    rule("erfc", "a + a * erf(u)", "a * erfc(-u)", TAIL),
    rule("erfc", "a - a * erf(u)", "a * erfc(u)", TAIL),
    rule("erf", "1 - erfc(u)", "erf(u)", CANCELS),
    rule("erfc", "2 - erfc(u)", "erfc(-u)", TAIL),
    rule("gudermannian", "a * atan(exp(u)) - b", "a * atan(tanh(u / 2))", CANCELS)
        .when(|m| m.numbers('a', 'b', |a, b| (b / (a * FRAC_PI_4) - 1.0).abs() < 1e-7)),
    // Quotients that tend to 1.
    rule(
        "softsign from −1",
        "a + a * u / (1 + abs(u))",
        "a * if(u < 0, 1 / (1 + abs(u)), 1 + u / (1 + abs(u)))",
        TAIL,
    ),
    rule(
        "algebraic sigmoid from −1",
        "a + a * u / sqrt(c + u * u)",
        "if(u < 0, a * c / (sqrt(c + u * u) * (sqrt(c + u * u) - u)), a + a * u / sqrt(c + u * u))",
        TAIL,
    ),
    rule("slope of a quotient", "1 - x / (x / a + r) * (1 / a - b)", "(r + x * b) / (x / a + r)", TAIL)
        .compound('x'),
    rule("slope of a quotient", "1 - x / (c * x + r) * (c - b)", "(r + x * b) / (c * x + r)", TAIL)
        .compound('x'),
    rule("complement of a quotient", "1 - n / (n + r)", "r / (n + r)", TAIL),
    rule("complement of a root", "1 - 1 / sqrt(1 + w)", "w / (sqrt(1 + w) * (sqrt(1 + w) + 1))", CANCELS),
    rule("common factor", "a * b + a * c", "a * (b + c)", CHEAPER).compound('a'),
    rule("common factor", "a * b - a * c", "a * (b - c)", CANCELS).compound('a'),
    rule("quotient of numbers", "n / (b * d)", "n / b / d", CHEAPER)
        .when(|m| m.is_number('b', |b| b != 1.0 && b.is_normal() && b.to_bits() << 12 == 0)),
    rule("clamp", "a * abs(x + c) - a * abs(x - c)", "2 * a * max(min(x, c), -c)", CANCELS)
        .when(|m| m.is_number('c', |c| c > 0.0)),
    rule("clamp", "a * abs(x + c) - a * abs(x - c)", "-2 * a * max(min(x, -c), c)", CANCELS)
        .when(|m| m.is_number('c', |c| c < 0.0)),
    // Roots.
    rule("abs", "abs(u * u)", "u * u", CHEAPER),
    rule("abs", "sqrt(u * u)", "abs(u)", "the square overflows"),
    rule("root less 1", "sqrt(1 + w) - 1", "w / (sqrt(1 + w) + 1)", CANCELS),
    rule("conjugate root", "sqrt(c + u * u) - abs(u)", "c / (sqrt(c + u * u) + abs(u))", TAIL)
        .when(|m| m.is_number('c', |c| c > 0.0)),
    rule("conjugate root", "hypot(u, c) - u", "if(u > 0, c * c / (hypot(u, c) + u), hypot(u, c) - u)", TAIL)
        .when(|m| m.is_number('c', |c| (1e-9..1e9).contains(&c))),
    rule(
        "conjugate root",
        "u + sqrt(u * u + c)",
        "if(u < 0, c / (sqrt(u * u + c) - u), u + sqrt(u * u + c))",
        TAIL,
    ),
];

/// A match whose conditions are asked.
#[derive(Debug)]
pub struct Match<'a> {
    /// The graph of the match.
    pub graph: &'a Graph,
    /// What the letters are.
    pub bindings: &'a Bindings,
}

impl Match<'_> {
    fn bound(&self, letter: char) -> Option<Id> {
        self.bindings[letter as usize - 'a' as usize]
    }

    /// Whether the letter is a number, of literals only, that `accept` accepts.
    pub fn is_number(&self, letter: char, accept: impl Fn(f64) -> bool) -> bool {
        self.bound(letter).and_then(|id| self.graph.number(id)).is_some_and(accept)
    }

    /// Whether two letters are numbers that `accept` accepts.
    pub fn numbers(&self, a: char, b: char, accept: impl Fn(f64, f64) -> bool) -> bool {
        self.is_number(a, |p| self.is_number(b, |q| accept(p, q)))
    }

    /// Whether the letter is positive whatever the inputs.
    pub fn positive(&self, letter: char) -> bool {
        self.bound(letter).is_some_and(|id| self.graph.is_positive(id))
    }
}

/// A rule, parsed.
#[derive(Debug)]
pub struct Prepared {
    /// As it stands in [`RULES`].
    pub rule: &'static Rule,
    /// Its two sides.
    pub identity: Identity,
    /// What the left side is made of, and whatever it matches.
    pub operations: Operations,
}

/// The rules by the kind of node at their top.
#[derive(Debug)]
pub struct Book(Vec<Vec<Prepared>>);

/// Sums and differences are one kind, products and quotients another.
fn kind(op: Op) -> usize {
    match op {
        Op::Sub => Op::Add.kind(),
        Op::Div => Op::Mul.kind(),
        _ => op.kind(),
    }
}

impl Book {
    /// [`RULES`], parsed once a thread.
    pub fn open() -> Rc<Self> {
        thread_local!(static BOOK: Rc<Book> = Rc::new(Book::read(RULES)));
        BOOK.with(Rc::clone)
    }

    pub(crate) fn read(rules: &'static [Rule]) -> Self {
        let mut book: Vec<Vec<Prepared>> = Vec::new();
        for rule in rules {
            // All are formulas; a test sees to it.
            let Some(identity) = rule.identity() else { continue };
            let kind = kind(identity.graph().op(identity.left));
            while book.len() <= kind {
                book.push(Vec::new());
            }
            book[kind].push(Prepared { rule, operations: identity.operations(), identity });
        }
        Self(book)
    }

    /// The rules for a kind of node.
    pub fn rules(&self, op: Op) -> &[Prepared] {
        self.0.get(kind(op)).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::evaluate;
    use activation_runtime::extended::Extended;
    use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

    /// Both sides of every rule agree wherever its condition holds and the left side is a number.
    #[test]
    fn both_sides_are_the_same_function() {
        const VALUES: [f64; 13] = [
            -3.5,
            -2.0,
            -FRAC_1_SQRT_2,
            -0.25,
            0.0,
            0.5,
            FRAC_PI_4,
            1.0,
            SQRT_2,
            2.0 * FRAC_PI_4,
            2.0,
            4.0,
            6.5,
        ];
        for rule in RULES.iter().chain(crate::share::RULES) {
            let identity = Identity::new(rule.left, rule.right).expect("two formulas");
            assert!(rule.identity().is_some());
            let mut graph = identity.graph().clone();
            let letters: Vec<u8> = (0..26).filter(|&n| graph.find(Op::Input(n), &[]).is_some()).collect();
            let order = graph.topological(&[identity.left, identity.right]);
            let mut agreed = 0;
            for sample in 0..VALUES.len().pow(letters.len() as u32) {
                let mut numbers = [0.0; 26];
                let mut bindings: Bindings = [None; 26];
                let mut rest = sample;
                for &letter in &letters {
                    numbers[letter as usize] = VALUES[rest % VALUES.len()];
                    bindings[letter as usize] = Some(graph.constant(numbers[letter as usize]));
                    rest /= VALUES.len();
                }
                if !(rule.when)(&Match { graph: &graph, bindings: &bindings }) {
                    continue;
                }
                let mut values = Vec::new();
                let leaf = |op| match op {
                    Op::Input(letter) => Some(Extended::<f64>::from_f64(numbers[letter as usize])),
                    Op::Constant(bits) => Some(Extended::from_f64(f64::from_bits(bits))),
                    _ => None,
                };
                evaluate(&graph, &order, leaf, &mut values);
                let side = |id: Id| values[id.index()].number().map_or(f64::NAN, Extended::to_f64);
                let (left, right) = (side(identity.left), side(identity.right));
                if left.is_finite() {
                    let error = (left - right).abs();
                    assert!(
                        error <= 1e-13 * left.abs().max(1.0),
                        "{}: {left} is not {right} at {numbers:?}",
                        rule.left
                    );
                    agreed += 1;
                }
            }
            assert!(agreed > 3, "{}: only {agreed} samples", rule.left);
        }
    }
}
