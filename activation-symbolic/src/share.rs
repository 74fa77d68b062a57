//! The last step: forms that cost less, where the accuracy asked of an activation leaves room for them.
//!
//! σ, tanh ∘ softplus and their slopes are quotients of polynomials in one exponential, e^−|u|, and share its
//! reciprocal; the elementary functions take care of the last half bit of each alone. The judge of [`crate::rescue`]
//! decides: where a sampled result comes near what is tolerated, everything stays as it was.

use std::f64::consts::SQRT_2;
use std::rc::Rc;

use crate::graph::{Graph, Id, IdMap, IdSet, Op};
use crate::primitive::Primitive;
use crate::rewrite::Rewriter;
use crate::rules::{Book, Rule, rule};

const NAME: &str = "one exponential";
const WHY: &str = "one exponential and one division serve all";

const NORMAL: &str = "normal distribution";
const LAST_PLACE: &str = "erfc takes care of the last place of its argument too";

/// Whether a number is −1/√2, as f32 literals have it.
fn is_minus_root(c: f64) -> bool {
    (c * SQRT_2 + 1.0).abs() < 1e-7
}

/// e^−|u|, which never overflows.
macro_rules! e {
    () => {
        "exp(-abs(u))"
    };
}
/// eᵘ is the quotient of a and b, of which one is 1.
macro_rules! a {
    () => {
        "if(u < 0, exp(-abs(u)), 1)"
    };
}
macro_rules! b {
    () => {
        "if(u < 0, 1, exp(-abs(u)))"
    };
}
/// 1/(1 + e): that of σ.
macro_rules! s {
    () => {
        concat!("(1 / (1 + ", e!(), "))")
    };
}
/// tanh(softplus(u)) = n·r with n = a·(a/2 + b) and r = 1/(n + b²).
macro_rules! n {
    () => {
        concat!(a!(), " * (0.5 * ", a!(), " + ", b!(), ")")
    };
}
macro_rules! r {
    () => {
        concat!("(1 / (", n!(), " + ", b!(), " * ", b!(), "))")
    };
}
/// What a·r² makes the slope of tanh(softplus(u)) of.
macro_rules! slope {
    () => {
        concat!("(", b!(), " * ", b!(), " * (1 + ", e!(), "))")
    };
}
/// tanh′(softplus(u)) as the table of primitives has it.
macro_rules! sech_squared {
    () => {
        "4 * exp(-2 * abs(softplus(u))) \
         / ((exp(-2 * abs(softplus(u))) + 1) * (exp(-2 * abs(softplus(u))) + 1))"
    };
}

/// The rules. That a sum of terms with a common denominator is divided last matters where the terms cancel; of what is
/// near 1, the rest is divided.
pub const RULES: &[Rule] = &[
    rule(
        NAME,
        concat!("tanh(softplus(u)) + w * (", sech_squared!(), " * sigmoid(u))"),
        concat!(
            "if(u < 0, 0, 1) + if(u < 0, exp(-abs(u)), -exp(-abs(u))) * ((",
            e!(),
            " * (",
            e!(),
            " * (",
            e!(),
            " * if(u < 0, 1, 4) + if(u < 0, 4, 4 - 4 * w))",
            " + if(u < 0, 4 * w + 6, 2 - 4 * w)) + if(u < 0, 4 * w + 4, 0))",
            " / (",
            e!(),
            " * (",
            e!(),
            " * (",
            e!(),
            " * (",
            e!(),
            " * if(u < 0, 1, 4) + if(u < 0, 4, 8)) + 8)",
            " + if(u < 0, 8, 4)) + if(u < 0, 4, 1)))"
        ),
        WHY,
    ),
    rule(
        NAME,
        concat!(sech_squared!(), " * sigmoid(u)"),
        concat!(a!(), " * (", slope!(), " * ", r!(), ") * ", r!()),
        WHY,
    ),
    rule(
        NAME,
        "tanh(softplus(u))",
        concat!("if(u < 0, 0, 1) + if(u < 0, ", n!(), ", -", b!(), " * ", b!(), ") * ", r!()),
        WHY,
    ),
    rule(
        NAME,
        concat!("sigmoid(u) + w * (", e!(), " / ((1 + ", e!(), ") * (1 + ", e!(), ")))"),
        concat!(
            "(",
            e!(),
            " * (1 + w + if(u < 0, ",
            e!(),
            ", 0)) + if(u < 0, 0, 1)) / (",
            e!(),
            " * (2 + ",
            e!(),
            ") + 1)"
        ),
        WHY,
    ),
    rule(NAME, "sigmoid(u)", concat!(a!(), " * ", s!()), WHY),
    rule(NAME, concat!("w / ((1 + ", e!(), ") * (1 + ", e!(), "))"), concat!("w * ", s!(), " * ", s!()), WHY),
    rule(NORMAL, "erfc(c * u)", "2 * normal_cdf(u)", LAST_PLACE).when(|m| m.is_number('c', is_minus_root)),
    rule(NORMAL, "erfc(-(u / d))", "2 * normal_cdf(u)", LAST_PLACE)
        .when(|m| m.is_number('d', |d| is_minus_root(-1.0 / d))),
    rule(NORMAL, "erfc(u)", "2 * normal_cdf(-1.4142135623730951 * u)", LAST_PLACE),
    rule(NAME, "softplus(u)", concat!("max(u, 0) + ln_1p(", e!(), ")"), WHY),
];

/// The same functions as `roots`, the value and the derivatives, at less cost: the cheapest forms first, and `roots`
/// themselves last.
pub fn share(graph: &mut Graph, roots: &[Id]) -> Vec<Vec<Id>> {
    let mut log = Vec::new();
    let mut rewriter = Rewriter::new(graph, book(), &mut log);
    let shared: Vec<Id> = roots.iter().map(|&root| rewriter.rewrite(root)).collect();
    let divided = divide_once(graph, &shared[1..]);
    let divided = divided.map(|slopes| [&shared[..1], &slopes].concat());
    divided.into_iter().chain([shared, roots.to_vec()]).collect()
}

/// Quotients by (1 + e)², spelled e·(2 + e) + 1, by the reciprocal of 1 + e, where that is there anyway.
fn divide_once(graph: &mut Graph, roots: &[Id]) -> Option<Vec<Id>> {
    let order = graph.topological(roots);
    let mut divisors = IdSet::default();
    for &id in &order {
        if let (Op::Div, &[_, divisor]) = graph.view(id) {
            divisors.insert(divisor);
        }
    }
    let one = graph.constant(1.0);
    let (reciprocal, square) = order.iter().find_map(|&id| {
        let (Op::Div, &[dividend, sum]) = graph.view(id) else { return None };
        let (Op::Add, &[a, b]) = graph.view(sum) else { return None };
        let e = if a == one { b } else { a };
        let two = graph.constant(2.0);
        let more = graph.add(two, e);
        let product = graph.mul(e, more);
        let square = graph.add(product, one);
        (dividend == one && divisors.contains(&square)).then_some((id, square))
    })?;
    let mut replaced: IdMap<Id> = IdMap::default();
    for id in order {
        let node = graph.nodes()[id.index()];
        let arguments: Vec<Id> = node.arguments().iter().map(|a| replaced.replacement(*a)).collect();
        let new = if node.op == Op::Div && node.arguments()[1] == square {
            let quotient = graph.mul(arguments[0], reciprocal);
            graph.mul(quotient, reciprocal)
        } else if arguments == node.arguments() {
            id
        } else {
            graph.rebuild(node.op, &arguments)
        };
        replaced.insert(id, new);
    }
    Some(roots.iter().map(|root| replaced.replacement(*root)).collect())
}

/// About what some nodes cost together, in terms of a sum.
pub fn cost(graph: &Graph, roots: &[Id]) -> usize {
    let of = |id: Id| match graph.op(id) {
        _ if graph.arguments(id).is_empty() => 0,
        Op::Div => 6,
        Op::Apply(primitive) if primitive.facts().arity == 1 && primitive != Primitive::Abs => 12,
        _ => 1,
    };
    graph.topological(roots).into_iter().map(of).sum()
}

/// The rules, parsed once a thread.
fn book() -> Rc<Book> {
    thread_local!(static BOOK: Rc<Book> = Rc::new(Book::read(RULES)));
    BOOK.with(Rc::clone)
}
