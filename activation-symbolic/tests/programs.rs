//! Random programs: the well-formed ones compile, and their derivative is that of dual numbers and of difference
//! quotients, both computed in 106 bits by an interpreter of its own; the ill-formed ones give errors, never panics.

#[path = "support/dual.rs"]
mod dual;
mod support;

use activation_runtime::extended::Extended;
use activation_runtime::real::Real;
use activation_symbolic::evaluate::evaluate;
use activation_symbolic::graph::{Id, Op};
use dual::Dual;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use support::{Checked, check};

type Truth = Extended<f64>;

/// An expression, of numbers that are defined everywhere.
#[derive(Debug, Clone)]
enum Expr {
    X,
    /// The n-th variable, counted around.
    Variable(u8),
    Literal(f64),
    Unary(&'static str, Box<Expr>),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    If(Box<Condition>, Box<Expr>, Box<Expr>),
    /// a, or b above the first literal, by a match with guards
    Match(Box<Expr>, f64, Box<Expr>, Box<Expr>),
    /// { let v = a; v·v + b }
    Block(Box<Expr>, Box<Expr>),
}

#[derive(Debug, Clone)]
enum Condition {
    Compare(&'static str, Expr, Expr),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
}

#[derive(Debug, Clone)]
enum Statement {
    Let(Expr),
    Assign(u8, &'static str, Expr),
    IfAssign(Condition, u8, Expr),
    Return(Condition, Expr),
    Loop(u8, u8, Expr),
}

#[derive(Debug, Clone)]
struct Program {
    statements: Vec<Statement>,
    result: Expr,
}

/// What a unary form is called in Rust, `U` being its argument, and what it computes.
fn unary<R: Real<Mask = bool>>(name: &str, u: R) -> R {
    let one = u.constant(1.0);
    match name {
        "(-U)" => -u,
        "U.tanh()" => u.tanh(),
        "U.sin()" => u.sin(),
        "f64::cos(U)" => u.cos(),
        "U.atan()" => u.atan(),
        "U.abs()" => u.abs(),
        "sigmoid(U)" => u.sigmoid(),
        "softplus(U)" => u.softplus(),
        "erf(U)" => u.erf(),
        "erfc(U)" => u.erfc(),
        "U.asinh()" => u.asinh(),
        "U.tanh().exp()" => u.tanh().exp(),
        "U.sin().exp_m1()" => u.sin().exp_m1(),
        "U.tanh().cosh()" => u.tanh().cosh(),
        "U.tanh().sinh()" => u.tanh().sinh(),
        "U.abs().ln_1p()" => u.abs().ln_1p(),
        "(U * U + 1.0).ln()" => (u * u + one).ln(),
        "(U * U + 1.0).sqrt()" => (u * u + one).sqrt(),
        "(U * U + 1.0).powf(0.75)" => (u * u + one).powf(u.constant(0.75)),
        "(U * U + 2.0).cbrt()" => (u * u + u.constant(2.0)).cbrt(),
        "(U * U + 1.0).recip()" => (u * u + one).recip(),
        "(0.5 * U.sin()).asin()" => (u.constant(0.5) * u.sin()).asin(),
        "(0.5 * U.tanh()).atanh()" => (u.constant(0.5) * u.tanh()).atanh(),
        "U.powi(3)" => u * u * u,
        "U.clamp(-1.5, 2.0)" => {
            let low = u.constant(-1.5);
            let high = u.constant(2.0);
            if u.lt(low) {
                low
            } else if u.gt(high) {
                high
            } else {
                u
            }
        }
        "U.mul_add(0.5, 1.0)" => u * u.constant(0.5) + one,
        _ => unreachable!("{name}"),
    }
}

const UNARY: [&str; 26] = [
    "(-U)",
    "U.tanh()",
    "U.sin()",
    "f64::cos(U)",
    "U.atan()",
    "U.abs()",
    "sigmoid(U)",
    "softplus(U)",
    "erf(U)",
    "erfc(U)",
    "U.asinh()",
    "U.tanh().exp()",
    "U.sin().exp_m1()",
    "U.tanh().cosh()",
    "U.tanh().sinh()",
    "U.abs().ln_1p()",
    "(U * U + 1.0).ln()",
    "(U * U + 1.0).sqrt()",
    "(U * U + 1.0).powf(0.75)",
    "(U * U + 2.0).cbrt()",
    "(U * U + 1.0).recip()",
    "(0.5 * U.sin()).asin()",
    "(0.5 * U.tanh()).atanh()",
    "U.powi(3)",
    "U.clamp(-1.5, 2.0)",
    "U.mul_add(0.5, 1.0)",
];

fn binary<R: Real<Mask = bool>>(name: &str, u: R, v: R) -> R {
    match name {
        "(U + V)" => u + v,
        "(U - V)" => u - v,
        "(U * V)" => u * v,
        "(U / (V * V + 0.5))" => u / (v * v + u.constant(0.5)),
        "U.max(V)" => {
            if u.gt(v) {
                u
            } else {
                v
            }
        }
        "U.min(V)" => {
            if u.lt(v) {
                u
            } else {
                v
            }
        }
        "U.hypot(V.abs() + 1.0)" => {
            (u * u + (v.abs() + u.constant(1.0)) * (v.abs() + u.constant(1.0))).sqrt()
        }
        "(U.tanh() + 1.5).powf(V.tanh())" => (u.tanh() + u.constant(1.5)).powf(v.tanh()),
        _ => unreachable!("{name}"),
    }
}

const BINARY: [&str; 8] = [
    "(U + V)",
    "(U - V)",
    "(U * V)",
    "(U / (V * V + 0.5))",
    "U.max(V)",
    "U.min(V)",
    "U.hypot(V.abs() + 1.0)",
    "(U.tanh() + 1.5).powf(V.tanh())",
];

impl Expr {
    fn text(&self, variables: usize) -> String {
        let of = |e: &Self| e.text(variables);
        match self {
            Self::Variable(n) if variables > 0 => format!("v{}", *n as usize % variables),
            Self::X | Self::Variable(_) => "x".to_owned(),
            Self::Literal(value) => format!("({value:?})"),
            Self::Unary(form, a) => form.replace('U', &of(a)),
            Self::Binary(form, a, b) => {
                // No text of ours has a capital.
                form.replace('U', &of(a)).replace('V', &of(b))
            }
            Self::If(condition, a, b) => {
                format!("(if {} {{ {} }} else {{ {} }})", condition.text(variables), of(a), of(b))
            }
            Self::Match(on, above, a, b) => {
                format!("(match {} {{ w if w > {above:?} => {}, _ => {} }})", of(on), of(b), of(a))
            }
            Self::Block(a, b) => format!("({{ let w = {}; w * w + {} }})", of(a), of(b)),
        }
    }

    fn value<R: Real<Mask = bool>>(&self, x: R, variables: &[R]) -> R {
        let of = |e: &Self| e.value(x, variables);
        match self {
            Self::Variable(n) if !variables.is_empty() => variables[*n as usize % variables.len()],
            Self::X | Self::Variable(_) => x,
            Self::Literal(value) => x.constant(*value),
            Self::Unary(form, a) => unary(form, of(a)),
            Self::Binary(form, a, b) => binary(form, of(a), of(b)),
            Self::If(condition, a, b) => {
                if condition.holds(x, variables) {
                    of(a)
                } else {
                    of(b)
                }
            }
            Self::Match(on, above, a, b) => {
                if of(on).gt(x.constant(*above)) {
                    of(b)
                } else {
                    of(a)
                }
            }
            Self::Block(a, b) => of(a) * of(a) + of(b),
        }
    }
}

impl Condition {
    fn text(&self, variables: usize) -> String {
        match self {
            Self::Compare(sign, a, b) => format!("({} {sign} {})", a.text(variables), b.text(variables)),
            Self::And(a, b) => format!("({} && {})", a.text(variables), b.text(variables)),
            Self::Or(a, b) => format!("({} || {})", a.text(variables), b.text(variables)),
            Self::Not(a) => format!("!{}", a.text(variables)),
        }
    }

    fn holds<R: Real<Mask = bool>>(&self, x: R, variables: &[R]) -> bool {
        match self {
            Self::Compare(sign, a, b) => {
                let (a, b) = (a.value(x, variables), b.value(x, variables));
                match *sign {
                    "<" => a.lt(b),
                    "<=" => a.le(b),
                    ">" => a.gt(b),
                    _ => a.ge(b),
                }
            }
            Self::And(a, b) => a.holds(x, variables) && b.holds(x, variables),
            Self::Or(a, b) => a.holds(x, variables) || b.holds(x, variables),
            Self::Not(a) => !a.holds(x, variables),
        }
    }
}

impl Program {
    fn text(&self, lints: &str) -> String {
        let mut variables = 0;
        let mut lines = Vec::new();
        for statement in &self.statements {
            let name = |n: u8| format!("v{}", n as usize % variables.max(1));
            lines.push(match statement {
                Statement::Let(e) => {
                    variables += 1;
                    format!("let mut v{} = {};", variables - 1, e.text(variables - 1))
                }
                Statement::Return(c, e) => {
                    format!("if {} {{ return {}; }}", c.text(variables), e.text(variables))
                }
                _ if variables == 0 => String::new(),
                Statement::Assign(n, sign, e) => format!("{} {sign} {};", name(*n), e.text(variables)),
                Statement::IfAssign(c, n, e) => {
                    format!("if {} {{ {} = {}; }}", c.text(variables), name(*n), e.text(variables))
                }
                Statement::Loop(times, n, e) => {
                    format!("for _ in 0..{times} {{ {} = {}; }}", name(*n), e.text(variables))
                }
            });
        }
        // Mentions its input, whatever else it does.
        format!(
            "#[activation({lints})]\nfn f(x: f64) -> f64 {{\n{}\n{} + 0.25 * x\n}}",
            lines.join("\n"),
            self.result.text(variables)
        )
    }

    fn value<R: Real<Mask = bool>>(&self, x: R) -> R {
        let mut variables: Vec<R> = Vec::new();
        for statement in &self.statements {
            let count = variables.len().max(1);
            match statement {
                Statement::Let(e) => variables.push(e.value(x, &variables)),
                Statement::Return(c, e) => {
                    if c.holds(x, &variables) {
                        return e.value(x, &variables);
                    }
                }
                _ if variables.is_empty() => {}
                Statement::Assign(n, sign, e) => {
                    let (n, e) = (*n as usize % count, e.value(x, &variables));
                    variables[n] = match *sign {
                        "+=" => variables[n] + e,
                        "-=" => variables[n] - e,
                        "*=" => variables[n] * e,
                        _ => e,
                    };
                }
                Statement::IfAssign(c, n, e) => {
                    if c.holds(x, &variables) {
                        variables[*n as usize % count] = e.value(x, &variables);
                    }
                }
                Statement::Loop(times, n, e) => {
                    for _ in 0..*times {
                        variables[*n as usize % count] = e.value(x, &variables);
                    }
                }
            }
        }
        self.result.value(x, &variables) + x.constant(0.25) * x
    }
}

fn literal() -> impl Strategy<Value = f64> {
    prop_oneof![(-8i32..=8).prop_map(|n| 0.25 * f64::from(n)), -3.0..3.0f64]
}

fn expression() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        3 => Just(Expr::X),
        2 => any::<u8>().prop_map(Expr::Variable),
        1 => literal().prop_map(Expr::Literal),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        let b = |e: Expr| Box::new(e);
        prop_oneof![
            4 => (prop::sample::select(&UNARY[..]), inner.clone()).prop_map(move |(f, a)| Expr::Unary(f, b(a))),
            5 => (prop::sample::select(&BINARY[..]), inner.clone(), inner.clone())
                .prop_map(move |(f, u, v)| Expr::Binary(f, b(u), b(v))),
            1 => (condition(&inner.clone().boxed()), inner.clone(), inner.clone())
                .prop_map(move |(c, u, v)| Expr::If(Box::new(c), b(u), b(v))),
            1 => (inner.clone(), literal(), inner.clone(), inner.clone())
                .prop_map(move |(on, at, u, v)| Expr::Match(b(on), at, b(u), b(v))),
            1 => (inner.clone(), inner).prop_map(move |(u, v)| Expr::Block(b(u), b(v))),
        ]
    })
}

fn condition(inner: &BoxedStrategy<Expr>) -> impl Strategy<Value = Condition> + use<> {
    let leaf = (prop::sample::select(&["<", "<=", ">", ">="][..]), inner.clone(), literal())
        .prop_map(|(sign, a, at)| Condition::Compare(sign, a, Expr::Literal(at)));
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Condition::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Condition::Or(Box::new(a), Box::new(b))),
            inner.prop_map(|a| Condition::Not(Box::new(a))),
        ]
    })
}

fn program() -> impl Strategy<Value = Program> {
    let statement = prop_oneof![
        4 => expression().prop_map(Statement::Let),
        2 => (any::<u8>(), prop::sample::select(&["=", "+=", "-=", "*="][..]), expression())
            .prop_map(|(n, sign, e)| Statement::Assign(n, sign, e)),
        1 => (condition(&expression().boxed()), any::<u8>(), expression())
            .prop_map(|(c, n, e)| Statement::IfAssign(c, n, e)),
        1 => (condition(&expression().boxed()), expression()).prop_map(|(c, e)| Statement::Return(c, e)),
        1 => (1u8..4, any::<u8>(), expression()).prop_map(|(t, n, e)| Statement::Loop(t, n, e)),
    ];
    (prop::collection::vec(statement, 0..4), expression())
        .prop_map(|(statements, result)| Program { statements, result })
}

/// A node of the checked function in 106 bits.
fn at(checked: &Checked, root: Id, x: f64) -> Truth {
    let graph = &checked.function.graph;
    let leaf = |op| match op {
        Op::Input(_) => Some(Truth::from(x)),
        Op::Constant(bits) => Some(Truth::from(f64::from_bits(bits))),
        _ => None,
    };
    let mut values = Vec::new();
    evaluate(graph, &graph.topological(&[root]), leaf, &mut values);
    values[root.index()].number().expect("a number")
}

/// Whether two numbers agree but for the rounding of 106 bits, magnified 10⁹ times.
fn agree(a: Truth, b: Truth) -> bool {
    let (a, b) = (a.to_f64(), b.to_f64());
    let size = 1.0 + a.abs().max(b.abs());
    (a - b).abs() <= 1e-13 * size || !a.is_finite() || !b.is_finite()
}

proptest! {
    // The same programs every time; PROPTEST_CASES and another seed look at more of them.
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2026),
        ..ProptestConfig::default()
    })]

    #[test]
    fn derivatives_are_those_of_dual_numbers_and_of_differences(program in program(), x in -4.0..4.0f64) {
        let source = program.text("allow(domain, jumps)");
        let checked = check(&source);
        prop_assert!(checked.refusals.is_empty(), "{source}\n{:#?}", checked.refusals);
        prop_assert!(!support::expand(&source).to_string().contains("compile_error"), "{source}");
        let value = at(&checked, checked.function.value, x);
        let slope = at(&checked, checked.partials[0], x);
        let one = Truth::from(1.0);
        let dual = program.value(Dual { value: Truth::from(x), slope: one });
        prop_assert!(agree(value, dual.value), "{source}\nvalue {value:?} {:?}", dual.value);
        prop_assert!(agree(slope, dual.slope), "{source}\nslope {slope:?} {:?}", dual.slope);

        let h = 2f64.powi(-34);
        let step = |x: Truth| program.value(Dual { value: x, slope: one });
        let (right, left) = (step(Truth::from(x) + Truth::from(h)), step(Truth::from(x) - Truth::from(h)));
        let difference = (right.value - left.value) / (Truth::from(2.0 * h));
        let [from, difference, slope, to] = [left.slope, difference, slope, right.slope].map(Truth::to_f64);
        // Between points on the same smooth piece.
        let bend = (from - to).abs();
        if bend < 1e-4 * (1.0 + slope.abs()) && from.is_finite() {
            prop_assert!((difference - slope).abs() <= bend + 1e-9 * (1.0 + slope.abs()), "{source}");
        }
    }

    #[test]
    fn only_jumps_are_refused_and_each_is_one(program in program()) {
        let source = program.text("");
        for refusal in check(&source).refusals {
            let (x, left, right) = jump(&refusal.message).unwrap_or_else(|| panic!("{source}\n{refusal:?}"));
            let value = |x: f64| program.value(Truth::from(x)).to_f64();
            let h = 1e-6 * x.abs().max(1.0);
            let told = (left - right).abs();
            let seen = (value(x - h) - value(x + h)).abs();
            prop_assert!(seen >= 0.5 * told || told.is_nan(), "{source}\n{} at {x}: {seen}", refusal.message);
        }
    }

    #[test]
    fn ill_formed_programs_never_panic(
        program in program(),
        edits in prop::collection::vec((0usize..400, 0u8..4, 0usize..400), 1..8),
    ) {
        let text = program.text("allow(domain, jumps)");
        let mut tokens: Vec<String> = words(&text);
        for (at, edit, other) in edits {
            let (at, other) = (at % tokens.len(), other % tokens.len());
            match edit {
                0 => drop(tokens.remove(at)),
                1 => tokens.insert(at, tokens[other].clone()),
                2 => tokens.swap(at, other),
                _ => tokens[at] = ["%", "as", "while", "0", "floor", "&", "?", "..", "move", "i32"][other % 10].to_owned(),
            }
            if tokens.is_empty() {
                break;
            }
        }
        let text = tokens.join(" ");
        if text.parse::<proc_macro2::TokenStream>().is_ok() {
            drop(support::expand(&text));
        }
    }
}

/// Where a message says that there is a jump, and from what to what; NaN if from nothing but the point itself.
fn jump(message: &str) -> Option<(f64, f64, f64)> {
    let rest = message.strip_prefix("jumps at x ")?;
    let (x, rest) = rest[rest.find(' ')? + 1..].split_once(": ")?;
    let (left, rest) = rest.split_once(" from the left, ")?;
    let (right, rest) = rest.split_once(" from the right")?;
    if rest.contains("point itself") {
        return Some((x.parse().ok()?, f64::NAN, f64::NAN));
    }
    Some((x.parse().ok()?, left.parse().ok()?, right.parse().ok()?))
}

/// The text cut into tokens, near enough.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        let joins = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
        let last = words.last_mut().expect("a word");
        if c.is_whitespace() {
            words.push(String::new());
        } else if joins(c) && last.chars().all(joins) {
            last.push(c);
        } else {
            words.push(c.to_string());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
