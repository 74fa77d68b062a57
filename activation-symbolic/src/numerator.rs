//! The slope of a quotient, where all terms of its numerator but one cancel.
//!
//! (x/√(1 + x²))′ is (1 − x²/(1 + x²))/√(1 + x²), of which floats have nothing left far out; multiplied out it is
//! 1/((1 + x²)·√(1 + x²)). Multiplied out here is the numerator alone: a′·w − a·w′/n for a quotient a/ⁿ√w.

use crate::graph::{Comparison, Graph, Id, Op};
use crate::primitive::Primitive;

/// How many terms and how many factors are multiplied out.
const TERMS: usize = 12;
const FACTORS: usize = 8;
/// What products of the same numbers differ by, relative to them, in whatever order they are multiplied.
const NOTHING: f64 = 8.0 * f64::EPSILON;

/// A sum of products, each of nodes in ascending order and a number.
type Polynomial = Vec<(Vec<Id>, f64)>;

/// (a/b)′ from the tangents of a and of b (or, where that is a root, of what it is a root of), if but one term of several
/// is left in its numerator.
pub(crate) fn slope(graph: &mut Graph, [a, b]: [Id; 2], d: impl Fn(Id) -> Id) -> Option<Id> {
    let zero = graph.constant(0.0);
    let (divisor, degree) = match graph.view(b) {
        (Op::Apply(Primitive::Sqrt), &[w]) => (w, 2.0),
        (Op::Apply(Primitive::Cbrt), &[w]) => (w, 3.0),
        _ => (b, 1.0),
    };
    if d(a) == zero || d(divisor) == zero {
        return None;
    }
    let left = product(&expand(graph, d(a))?, &expand(graph, divisor)?, 1.0)?;
    let right = product(&expand(graph, a)?, &expand(graph, d(divisor))?, -1.0 / degree)?;
    let several = left.len() + right.len() > 2;
    let [(factors, number)] = &collected(graph, [left, right].concat())[..] else { return None };
    if !several {
        return None;
    }
    let number = graph.constant(*number);
    let numerator = factors.iter().fold(number, |product, &factor| graph.mul(product, factor));
    let quotient = graph.div(numerator, divisor);
    Some(graph.div(quotient, b))
}

/// A node as a polynomial; none if that is too long.
fn expand(graph: &Graph, id: Id) -> Option<Polynomial> {
    let (op, arguments) = graph.view(id);
    let argument = |i: usize| expand(graph, arguments[i]);
    let one = || vec![(Vec::new(), 1.0)];
    let found = match op {
        Op::Constant(bits) => vec![(Vec::new(), f64::from_bits(bits))],
        Op::Neg => product(&argument(0)?, &one(), -1.0)?,
        Op::Add => [argument(0)?, argument(1)?].concat(),
        Op::Sub => [argument(0)?, product(&argument(1)?, &one(), -1.0)?].concat(),
        Op::Mul => product(&argument(0)?, &argument(1)?, 1.0)?,
        Op::Powi(n @ 1..=4) => {
            let base = argument(0)?;
            (0..n).try_fold(one(), |power, _| product(&power, &base, 1.0))?
        }
        _ => vec![(vec![id], 1.0)],
    };
    (found.len() <= TERMS).then_some(found)
}

/// The product of two polynomials and a number.
fn product(a: &Polynomial, b: &Polynomial, number: f64) -> Option<Polynomial> {
    let mut found = Vec::new();
    for (left, x) in a {
        for (right, y) in b {
            let mut factors = [&left[..], right].concat();
            factors.sort_unstable_by_key(|factor| factor.index());
            if factors.len() > FACTORS || found.len() == TERMS {
                return None;
            }
            found.push((factors, x * y * number));
        }
    }
    Some(found)
}

/// The terms that are left after those with the same factors are added.
fn collected(graph: &Graph, terms: Polynomial) -> Polynomial {
    let mut found: Polynomial = Vec::new();
    for (factors, number) in terms {
        let factors = without_signs(graph, factors);
        match found.iter_mut().find(|(other, _)| *other == factors) {
            Some((_, sum)) => {
                let cancels = (*sum + number).abs() <= NOTHING * number.abs();
                *sum = if cancels { 0.0 } else { *sum + number };
            }
            None => found.push((factors, number)),
        }
    }
    found.retain(|(_, number)| *number != 0.0);
    found
}

/// |u| in place of u and its sign.
fn without_signs(graph: &Graph, mut factors: Vec<Id>) -> Vec<Id> {
    for i in 0..factors.len() {
        let Some(u) = signed(graph, factors[i]) else { continue };
        let magnitude = graph.find(Op::Apply(Primitive::Abs), &[u]);
        let Some((magnitude, at)) = magnitude.zip(factors.iter().position(|&factor| factor == u)) else {
            continue;
        };
        factors[i] = magnitude;
        factors.remove(at);
        factors.sort_unstable_by_key(|factor| factor.index());
        return without_signs(graph, factors);
    }
    factors
}

/// The number whose sign a node is, as the slope of |u| has it: 1 above 0, −1 below.
fn signed(graph: &Graph, id: Id) -> Option<Id> {
    let is = |id: Id, number: f64| graph.as_constant(id) == Some(number);
    let (Op::Select, &[above, one, rest]) = graph.view(id) else { return None };
    let (Op::Compare(Comparison::Gt), &[u, zero]) = graph.view(above) else { return None };
    let (Op::Select, &[_, minus_one, other]) = graph.view(rest) else { return None };
    (is(zero, 0.0) && is(one, 1.0) && is(minus_one, -1.0) && is(other, 0.0)).then_some(u)
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnostics;
    use crate::differentiate::differentiate;
    use crate::format::{Notation, format};
    use crate::graph::Op;
    use crate::{lower, parse};
    use proc_macro2::TokenStream;

    fn derivative(body: &str) -> String {
        let mut errors = Diagnostics::new();
        let source = format!("fn f(x: f32, #[param] a: f32) -> f32 {{ {body} }}").parse().expect("tokens");
        let signature = parse::parse(TokenStream::new(), source, &mut errors).expect("a signature");
        let mut function = lower::lower(signature, &mut errors);
        assert!(errors.finish().is_none());
        let slope = differentiate(&mut function.graph, function.written, Op::Input(0));
        format(&function.graph, slope, &function.signature, Notation::Text)
    }

    #[test]
    fn what_cancels_is_gone() {
        for (body, slope) in [
            ("x / (1.0 + a * x * x).sqrt()", "1/(1 + a · x · x)/√(1 + a · x · x)"),
            ("1.7 * x / (1.0 + (1.7 * x).powi(2)).sqrt()", "1.7/(1 + 2.89x²)/√(1 + 2.89x²)"),
            ("x / (a + x)", "a/(a + x)/(a + x)"),
            ("x * x / (3.0 + x * x)", "6x/(3 + x²)/(3 + x²)"),
            ("x / (1.0 + x.abs())", "1/(1 + |x|)/(1 + |x|)"),
            ("x / (1.0 + x.abs().powi(3)).cbrt()", "1/(1 + |x|³)/∛(1 + |x|³)"),
        ] {
            assert_eq!(derivative(body), slope, "{body}");
        }
    }

    #[test]
    fn what_does_not_cancel_stays() {
        for body in ["x / (1.0 + x * x)", "x.exp() / (1.0 + x * x).sqrt()", "1.0 / (1.0 + x * x)"] {
            assert!(!derivative(body).starts_with(['1', 'a']), "{body}: {}", derivative(body));
        }
    }
}
