//! Arithmetic on a [`Graph`] that simplifies as it builds: no `0 · …`, no `x¹`, no `−−x`.
//!
//! Every rule is exact in real arithmetic. Numbers are folded only where the result is exact in f32 too, so that a
//! literal keeps meaning its decimal value rounded to whatever element type the kernel runs in; what stays is
//! hoisted out of the loop by the compiler that comes after us.

use crate::graph::{Comparison, Graph, Id, Op};
use crate::primitive::Primitive;

/// Whether `value` is an f32.
fn is_single(value: f64) -> bool {
    value == f64::from(value as f32)
}

fn is_power_of_two(value: f64) -> bool {
    value.is_normal() && value.to_bits() << 12 == 0
}

/// `a · b`, if rounding both to f32 first would give the same.
fn exact_product(a: f64, b: f64) -> Option<f64> {
    let product = a * b;
    let scaled = (is_power_of_two(a) || is_power_of_two(b)) && product.is_normal();
    // Two 24-bit factors have an exact product in f64.
    (scaled || (is_single(a) && is_single(b) && is_single(product))).then_some(product)
}

/// `a + b`, if rounding both to f32 first would give the same.
fn exact_sum(a: f64, b: f64) -> Option<f64> {
    let sum = a + b;
    (is_single(a) && is_single(b) && is_single(sum) && sum - a == b && sum - b == a).then_some(sum)
}

impl Graph {
    /// A commutative node: `op(b, a)` serves where it is there already.
    fn commutative(&mut self, op: Op, a: Id, b: Id) -> Id {
        match self.find(op, &[b, a]) {
            Some(id) => id,
            None => self.node(op, &[a, b]),
        }
    }

    /// −a
    pub fn neg(&mut self, a: Id) -> Id {
        match self.view(a) {
            (Op::Constant(bits), _) => self.constant(-f64::from_bits(bits)),
            (Op::Neg, &[inner]) => inner,
            (Op::Sub, &[p, q]) => self.sub(q, p),
            (Op::Mul, &[p, q]) if self.as_constant(p).is_some() => {
                let p = self.neg(p);
                self.mul(p, q)
            }
            _ => self.node(Op::Neg, &[a]),
        }
    }

    /// a + b
    pub fn add(&mut self, a: Id, b: Id) -> Id {
        match (self.as_constant(a), self.as_constant(b)) {
            (Some(0.0), _) => return b,
            (_, Some(0.0)) => return a,
            (Some(p), Some(q)) => {
                if let Some(sum) = exact_sum(p, q) {
                    return self.constant(sum);
                }
            }
            _ => {}
        }
        match (self.view(a), self.view(b)) {
            (_, (Op::Neg, &[q])) => self.sub(a, q),
            ((Op::Neg, &[p]), _) => self.sub(b, p),
            _ if a == b => {
                let two = self.constant(2.0);
                self.mul(two, a)
            }
            _ => self.commutative(Op::Add, a, b),
        }
    }

    /// a − b
    pub fn sub(&mut self, a: Id, b: Id) -> Id {
        match (self.as_constant(a), self.as_constant(b)) {
            (Some(0.0), _) => return self.neg(b),
            (_, Some(0.0)) => return a,
            (Some(p), Some(q)) => {
                if let Some(difference) = exact_sum(p, -q) {
                    return self.constant(difference);
                }
            }
            _ => {}
        }
        match self.view(b) {
            _ if a == b => self.constant(0.0),
            (Op::Neg, &[q]) => self.add(a, q),
            _ => self.node(Op::Sub, &[a, b]),
        }
    }

    /// a · b, a number to the left
    pub fn mul(&mut self, a: Id, b: Id) -> Id {
        match (self.as_constant(a), self.as_constant(b)) {
            (Some(p), Some(q)) => match exact_product(p, q) {
                Some(product) => return self.constant(product),
                None => return self.commutative(Op::Mul, a, b),
            },
            (None, Some(_)) => return self.mul(b, a),
            (Some(0.0), None) => return self.constant(0.0),
            (Some(1.0), None) => return b,
            (Some(-1.0), None) => return self.neg(b),
            (Some(p), None) => {
                if let (Op::Mul, &[q, rest]) = self.view(b)
                    && let Some(factor) = self.as_constant(q)
                {
                    // Numbers meet even where their product isn't exact: the loop's invariants are computed once.
                    return match exact_product(p, factor) {
                        Some(product) => {
                            let product = self.constant(product);
                            self.mul(product, rest)
                        }
                        None => {
                            let [p, q] =
                                [p.abs() * (p * factor).signum(), factor.abs()].map(|c| self.constant(c));
                            let product = self.node(Op::Mul, &[p, q]);
                            self.node(Op::Mul, &[product, rest])
                        }
                    };
                }
                if let (Op::Neg, &[inner]) = self.view(b) {
                    let p = self.constant(-p);
                    return self.mul(p, inner);
                }
                if let (Op::Div, &[q, denominator]) = self.view(b)
                    && self.as_constant(q).is_some()
                {
                    let numerator = self.mul(a, q);
                    return self.div(numerator, denominator);
                }
            }
            (None, None) => {}
        }
        match (self.view(a), self.view(b)) {
            ((Op::Neg, &[p]), _) => {
                let product = self.mul(p, b);
                self.neg(product)
            }
            (_, (Op::Neg, &[q])) => {
                let product = self.mul(a, q);
                self.neg(product)
            }
            // As (c·a)/y: the 0.5 of a root's slope meets the 2 of a square's.
            ((Op::Div, &[p, y]), _) if self.is_factor(p) => {
                let numerator = self.mul(p, b);
                self.div(numerator, y)
            }
            (_, (Op::Div, &[q, y])) if self.is_factor(q) => {
                let numerator = self.mul(q, a);
                self.div(numerator, y)
            }
            // Numbers to the outside, where they meet.
            ((Op::Mul, &[p, rest]), _) if self.as_constant(p).is_some() && self.as_constant(a).is_none() => {
                let product = self.mul(rest, b);
                self.mul(p, product)
            }
            (_, (Op::Mul, &[q, rest])) if self.as_constant(q).is_some() && self.as_constant(a).is_none() => {
                let product = self.mul(a, rest);
                self.mul(q, product)
            }
            _ => self.commutative(Op::Mul, a, b),
        }
    }

    /// Whether a node is a number that changes what it is multiplied with.
    fn is_factor(&self, id: Id) -> bool {
        self.as_constant(id).is_some_and(|c| c.abs() != 1.0)
    }

    /// a / b
    pub fn div(&mut self, a: Id, b: Id) -> Id {
        if let Some(q) = self.as_constant(b) {
            if is_power_of_two(q) && is_power_of_two(q.recip()) {
                let reciprocal = self.constant(q.recip());
                return self.mul(reciprocal, a);
            }
            if let Some(p) = self.as_constant(a)
                && q != 0.0
                && exact_product(p / q, q) == Some(p)
            {
                return self.constant(p / q);
            }
        }
        match (self.view(a), self.view(b)) {
            _ if self.as_constant(a) == Some(0.0) => a,
            ((Op::Neg, &[p]), _) => {
                let quotient = self.div(p, b);
                self.neg(quotient)
            }
            (_, (Op::Neg, &[q])) => {
                let quotient = self.div(a, q);
                self.neg(quotient)
            }
            // What is divided by a parameter makes no sense where that is 0.
            ((Op::Mul, &[p, q]), (Op::Parameter(_), _)) if q == b => p,
            ((Op::Mul, &[q, p]), (Op::Parameter(_), _)) if q == b => p,
            _ => self.node(Op::Div, &[a, b]),
        }
    }

    /// a to the power n
    pub fn powi(&mut self, a: Id, n: i32) -> Id {
        match n {
            0 => self.constant(1.0),
            1 => a,
            2 => self.mul(a, a),
            _ => self.node(Op::Powi(n), &[a]),
        }
    }

    /// A primitive of its arguments.
    pub fn apply(&mut self, primitive: Primitive, arguments: &[Id]) -> Id {
        let numbers: Option<Vec<f64>> = arguments.iter().map(|&id| self.as_constant(id)).collect();
        if let Some(numbers) = numbers {
            let value = primitive.evaluate(&numbers);
            if numbers.iter().all(|&n| is_single(n)) && value.is_finite() && is_single(value) {
                return self.constant(value);
            }
        }
        match (primitive, self.view(arguments[0])) {
            (Primitive::Abs, (Op::Apply(Primitive::Abs), _)) => arguments[0],
            (Primitive::Abs | Primitive::Cosh | Primitive::Cos, (Op::Neg, &[inner])) => {
                self.apply(primitive, &[inner])
            }
            (odd, (op, _)) if odd.is_odd() && self.is_opposite(op, arguments[0]) => {
                let opposite = self.neg(arguments[0]);
                let value = self.apply(primitive, &[opposite]);
                self.neg(value)
            }
            (Primitive::Max | Primitive::Min, _) if arguments[0] == arguments[1] => arguments[0],
            (Primitive::Hypot, _) => self.commutative(Op::Apply(primitive), arguments[0], arguments[1]),
            _ => self.node(Op::Apply(primitive), arguments),
        }
    }

    /// Whether a node is written with a sign: −a, or a product with a negative number.
    fn is_opposite(&self, op: Op, id: Id) -> bool {
        op == Op::Neg || (op == Op::Mul && self.as_constant(self.arguments(id)[0]).is_some_and(|c| c < 0.0))
    }

    /// A comparison.
    pub fn compare(&mut self, comparison: Comparison, a: Id, b: Id) -> Id {
        if let (Some(p), Some(q)) = (self.as_constant(a), self.as_constant(b)) {
            return self.truth(comparison.holds(p, q));
        }
        self.node(Op::Compare(comparison), &[a, b])
    }

    /// A truth value.
    pub fn truth(&mut self, value: bool) -> Id {
        self.node(Op::Truth(value), &[])
    }

    /// Both masks.
    pub fn and(&mut self, a: Id, b: Id) -> Id {
        match (self.op(a), self.op(b)) {
            (Op::Truth(true), _) => b,
            (_, Op::Truth(true)) => a,
            (Op::Truth(false), _) | (_, Op::Truth(false)) => self.truth(false),
            _ if a == b => a,
            _ => self.node(Op::And, &[a, b]),
        }
    }

    /// Either mask.
    pub fn or(&mut self, a: Id, b: Id) -> Id {
        match (self.op(a), self.op(b)) {
            (Op::Truth(false), _) => b,
            (_, Op::Truth(false)) => a,
            (Op::Truth(true), _) | (_, Op::Truth(true)) => self.truth(true),
            _ if a == b => a,
            _ => self.node(Op::Or, &[a, b]),
        }
    }

    /// The mask inverted.
    pub fn not(&mut self, a: Id) -> Id {
        match self.view(a) {
            (Op::Truth(value), _) => self.truth(!value),
            (Op::Not, &[inner]) => inner,
            _ => self.node(Op::Not, &[a]),
        }
    }

    /// `then` where the mask is set, else `otherwise`.
    pub fn select(&mut self, mask: Id, then: Id, otherwise: Id) -> Id {
        match self.view(mask) {
            (Op::Truth(true), _) => then,
            (Op::Truth(false), _) => otherwise,
            _ if then == otherwise => then,
            (Op::Not, &[inner]) => self.select(inner, otherwise, then),
            _ => match (self.view(then), self.view(otherwise)) {
                // Once decided, a condition is not asked again.
                ((Op::Select, &[again, inner, _]), _) if again == mask => self.select(mask, inner, otherwise),
                (_, (Op::Select, &[again, _, inner])) if again == mask => self.select(mask, then, inner),
                _ => self.node(Op::Select, &[mask, then, otherwise]),
            },
        }
    }

    /// The node `op(arguments)` again, through the constructor that simplifies it.
    pub fn rebuild(&mut self, op: Op, arguments: &[Id]) -> Id {
        match (op, arguments) {
            (Op::Neg, &[a]) => self.neg(a),
            (Op::Add, &[a, b]) => self.add(a, b),
            (Op::Sub, &[a, b]) => self.sub(a, b),
            (Op::Mul, &[a, b]) => self.mul(a, b),
            (Op::Div, &[a, b]) => self.div(a, b),
            (Op::Powi(n), &[a]) => self.powi(a, n),
            (Op::Apply(primitive), _) => self.apply(primitive, arguments),
            (Op::Compare(comparison), &[a, b]) => self.compare(comparison, a, b),
            (Op::And, &[a, b]) => self.and(a, b),
            (Op::Or, &[a, b]) => self.or(a, b),
            (Op::Not, &[a]) => self.not(a),
            (Op::Select, &[mask, a, b]) => self.select(mask, a, b),
            _ => self.node(op, arguments),
        }
    }
}

impl Comparison {
    /// Whether it holds between two numbers.
    pub fn holds(self, a: f64, b: f64) -> bool {
        match self {
            Self::Lt => a < b,
            Self::Le => a <= b,
            Self::Gt => a > b,
            Self::Ge => a >= b,
            Self::Eq => a == b,
            Self::Ne => a != b,
        }
    }
}
