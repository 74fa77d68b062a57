//! Patterns over the graph, written as formulas: `"a / (1 + exp(u))"`.
//!
//! A formula is parsed through the constructors that simplify ([`crate::simplify`]), so a pattern has the shape
//! that the subject has; its letters are variables. Matching knows that sums and products commute, that a − b is
//! a + (−b), that a product has a coefficient even where it is 1, and where a fraction hides in a product.

use crate::graph::{Comparison, Graph, Id, Op, Operations};
use crate::primitive::Primitive;

/// One variable for each letter.
pub type Bindings = [Option<Id>; 26];

/// Two formulas in the same variables: what is looked for, and what stands in its place.
#[derive(Debug)]
pub struct Identity {
    graph: Graph,
    /// What is looked for.
    pub left: Id,
    /// What is put in its place.
    pub right: Id,
}

impl Identity {
    /// Parses both sides; nothing where one is no formula.
    pub fn new(left: &str, right: &str) -> Option<Self> {
        let mut graph = Graph::new();
        let [left, right] = [parse(&mut graph, left)?, parse(&mut graph, right)?];
        Some(Self { graph, left, right })
    }

    /// The arena of both formulas; the letter x is the input `x - 'a'`.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// What the left side is made of, and whatever it matches.
    pub fn operations(&self) -> Operations {
        self.graph.operations(self.left)
    }

    /// Variables that `accept` accepts, the one called `compound` no number, and under which the left side is the node
    /// `subject`.
    pub fn matches(
        &self,
        graph: &mut Graph,
        subject: Id,
        compound: Option<char>,
        accept: &dyn Fn(&Graph, &Bindings) -> bool,
    ) -> Option<Bindings> {
        let compound = compound.map_or(u8::MAX, |letter| letter as u8 - b'a');
        let bindings = [None; 26];
        let mut matcher = Matcher { pattern: &self.graph, graph, compound, accept, bindings, steps: 400 };
        let goals = Goals { goal: (self.left, subject), rest: None };
        matcher.solve(Some(&goals)).then_some(matcher.bindings)
    }
}

/// The node that a formula says, if it is one; the letter x is the input `x - 'a'`.
pub fn parse(graph: &mut Graph, text: &str) -> Option<Id> {
    let mut parser = Parser { graph, rest: text };
    let id = parser.sum()?;
    parser.rest.trim().is_empty().then_some(id)
}

struct Parser<'a> {
    graph: &'a mut Graph,
    rest: &'a str,
}

impl Parser<'_> {
    fn eat(&mut self, token: &str) -> bool {
        match self.rest.trim_start().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self, part: fn(char) -> bool) -> String {
        let text = self.rest.trim_start();
        let end = text.find(|c| !part(c)).unwrap_or(text.len());
        self.rest = &text[end..];
        text[..end].to_owned()
    }

    fn sum(&mut self) -> Option<Id> {
        let mut sum = self.product()?;
        loop {
            if self.eat("+") {
                let term = self.product()?;
                sum = self.graph.add(sum, term);
            } else if self.eat("-") {
                let term = self.product()?;
                sum = self.graph.sub(sum, term);
            } else {
                return Some(sum);
            }
        }
    }

    fn product(&mut self) -> Option<Id> {
        let mut product = self.factor()?;
        loop {
            if self.eat("*") {
                let factor = self.factor()?;
                product = self.graph.mul(product, factor);
            } else if self.eat("/") {
                let factor = self.factor()?;
                product = self.graph.div(product, factor);
            } else {
                return Some(product);
            }
        }
    }

    fn factor(&mut self) -> Option<Id> {
        if self.eat("-") {
            let factor = self.factor()?;
            return Some(self.graph.neg(factor));
        }
        if self.eat("(") {
            let sum = self.sum()?;
            return self.eat(")").then_some(sum);
        }
        let number = self.word(|c| c.is_ascii_digit() || c == '.');
        if let Ok(value) = number.parse() {
            return Some(self.graph.constant(value));
        }
        let name = self.word(|c| c.is_ascii_alphanumeric() || c == '_');
        if let [letter] = *name.as_bytes() {
            let letter = letter.checked_sub(b'a').filter(|&letter| letter < 26)?;
            return Some(self.graph.node(Op::Input(letter), &[]));
        }
        if !self.eat("(") {
            return None;
        }
        let mut arguments = vec![self.argument()?];
        while self.eat(",") {
            arguments.push(self.argument()?);
        }
        if !self.eat(")") {
            return None;
        }
        Some(match (name.as_str(), arguments.as_slice()) {
            ("if", &[mask, then, otherwise]) => self.graph.select(mask, then, otherwise),
            // The derivative of |u|.
            ("sgn", &[u]) => {
                let [zero, one, minus] = [0.0, 1.0, -1.0].map(|c| self.graph.constant(c));
                let below = self.graph.compare(Comparison::Lt, u, zero);
                let above = self.graph.compare(Comparison::Gt, u, zero);
                let not_above = self.graph.select(below, minus, zero);
                self.graph.select(above, one, not_above)
            }
            _ => {
                let primitive = Primitive::by_method(&name)?;
                if arguments.len() != primitive.facts().arity {
                    return None;
                }
                self.graph.apply(primitive, &arguments)
            }
        })
    }

    /// A sum, or the comparison of two.
    fn argument(&mut self) -> Option<Id> {
        let left = self.sum()?;
        for (token, comparison) in [("<", Comparison::Lt), (">", Comparison::Gt)] {
            if self.eat(token) {
                let right = self.sum()?;
                return Some(self.graph.compare(comparison, left, right));
            }
        }
        Some(left)
    }
}

/// How many factors of a product are told apart: each may be taken for itself.
const FACTORS: usize = 8;

struct Matcher<'a> {
    pattern: &'a Graph,
    graph: &'a mut Graph,
    /// The letter that must be more than a number.
    compound: u8,
    accept: &'a dyn Fn(&Graph, &Bindings) -> bool,
    bindings: Bindings,
    /// How many alternatives may still be tried.
    steps: usize,
}

/// A pattern and the node that it shall be.
type Goal = (Id, Id);

/// What is to be met, first things first.
#[derive(Clone, Copy)]
struct Goals<'a> {
    goal: Goal,
    rest: Option<&'a Goals<'a>>,
}

/// Up to three goals that together make a node an instance of a pattern. (No vector: most matches fail, and soon; nor
/// iterators, which nobody inlines in debug builds.)
#[derive(Clone, Copy)]
struct Alternative {
    goals: [Goal; 3],
    count: usize,
}

impl Alternative {
    fn is(&self, goals: &[Goal]) -> bool {
        let mut i = 0;
        while i < self.count && i < goals.len() {
            if self.goals[i].0.index() != goals[i].0.index() || self.goals[i].1.index() != goals[i].1.index()
            {
                return false;
            }
            i += 1;
        }
        self.count == goals.len()
    }
}

impl Matcher<'_> {
    /// Whether all goals can be met together; leaves the bindings that do.
    fn solve(&mut self, goals: Option<&Goals<'_>>) -> bool {
        let Some(&Goals { goal: (pattern, subject), rest }) = goals else {
            return (self.accept)(self.graph, &self.bindings);
        };
        if !self.is_possible((pattern, subject)) {
            return false;
        }
        match self.pattern.op(pattern) {
            Op::Input(letter) => {
                self.bindings[letter as usize] = Some(subject);
                self.solve(rest)
            }
            Op::Constant(_) => self.solve(rest),
            _ => {
                let before = self.bindings;
                let alternatives = self.alternatives(pattern, subject);
                let (alternatives, mut next) = (alternatives.as_slice(), 0);
                while next < alternatives.len() {
                    let alternative = &alternatives[next];
                    next += 1;
                    if self.steps == 0 {
                        return false;
                    }
                    self.steps -= 1;
                    if self.solve_all(&alternative.goals[..alternative.count], rest) {
                        return true;
                    }
                    self.bindings = before;
                }
                false
            }
        }
    }

    /// Whether some goals, the last first, and then the `rest` can be met together. Variables take what is left.
    fn solve_all(&mut self, goals: &[Goal], rest: Option<&Goals<'_>>) -> bool {
        let mut ordered = [goals[0]; 3];
        let mut count = 0;
        let (mut turn, mut i) = (0, 0);
        while turn < 2 {
            if self.is_variable(goals[i].0) == (turn == 0) {
                ordered[count] = goals[i];
                count += 1;
            }
            i += 1;
            if i == goals.len() {
                (turn, i) = (turn + 1, 0);
            }
        }
        let first = Goals { goal: ordered[0], rest };
        if count == 1 {
            return self.solve(Some(&first));
        }
        let second = Goals { goal: ordered[1], rest: Some(&first) };
        if count == 2 {
            return self.solve(Some(&second));
        }
        self.solve(Some(&Goals { goal: ordered[2], rest: Some(&second) }))
    }

    /// Whether nothing that is seen at once speaks against a goal.
    fn is_possible(&self, (pattern, subject): Goal) -> bool {
        match self.pattern.op(pattern) {
            Op::Input(letter) => match self.bindings[letter as usize] {
                Some(bound) => bound.index() == subject.index(),
                None => letter != self.compound || self.graph.number(subject).is_none(),
            },
            Op::Constant(bits) => match self.graph.op(subject) {
                Op::Constant(found) => f64::from_bits(found) == f64::from_bits(bits),
                _ => false,
            },
            _ if !self.pattern.operations(pattern).are_among(self.graph.operations(subject)) => false,
            Op::Add | Op::Sub => matches!(self.graph.op(subject), Op::Add | Op::Sub),
            Op::Mul => self.is_product((pattern, subject)),
            Op::Neg | Op::Div => true,
            op => op == self.graph.op(subject),
        }
    }

    /// Whether a node may be the product that a pattern says: what isn't written as one is so only by a variable that
    /// is 1.
    fn is_product(&self, (pattern, subject): Goal) -> bool {
        let subject = match self.graph.view(subject) {
            (Op::Neg, &[inner]) => inner,
            _ => subject,
        };
        if let Op::Mul | Op::Div | Op::Neg | Op::Constant(_) = self.graph.op(subject) {
            return true;
        }
        let (p, q) = match *self.pattern.arguments(pattern) {
            [p, q] if self.pattern.as_constant(p).is_none() => (p, q),
            _ => return true,
        };
        (self.is_variable(p) && self.is_possible((q, subject)))
            || (self.is_variable(q) && self.is_possible((p, subject)))
    }

    fn is_variable(&self, pattern: Id) -> bool {
        matches!(self.pattern.op(pattern), Op::Input(_))
    }

    /// Adds an alternative, unless it is there or one of its goals is beyond hope.
    fn offer(&self, alternatives: &mut Vec<Alternative>, goals: &[Goal]) {
        let mut padded = [goals[0]; 3];
        let mut i = 0;
        while i < goals.len() {
            if !self.is_possible(goals[i]) {
                return;
            }
            padded[i] = goals[i];
            i += 1;
        }
        let (known, mut i) = (alternatives.as_slice(), 0);
        while i < known.len() {
            if known[i].is(goals) {
                return;
            }
            i += 1;
        }
        alternatives.push(Alternative { goals: padded, count: goals.len() });
    }

    /// The ways in which `subject` may be an instance of `pattern`.
    fn alternatives(&mut self, pattern: Id, subject: Id) -> Vec<Alternative> {
        use Primitive::{Hypot, Max, Min};
        let mut ways = Vec::new();
        let (op, wanted) = self.pattern.view(pattern);
        let node = self.graph.nodes()[subject.index()];
        match (op, wanted, node.op, node.arguments()) {
            (Op::Neg, &[p], ..) => {
                let opposite = self.graph.neg(subject);
                self.offer(&mut ways, &[(p, opposite)]);
            }
            (Op::Add | Op::Apply(Hypot | Max | Min), &[p, q], _, &[a, b]) if op == node.op => {
                self.offer(&mut ways, &[(p, a), (q, b)]);
                self.offer(&mut ways, &[(p, b), (q, a)]);
            }
            (Op::Add, &[p, q], Op::Sub, &[a, b]) => {
                let b = self.graph.neg(b);
                self.offer(&mut ways, &[(p, a), (q, b)]);
                self.offer(&mut ways, &[(p, b), (q, a)]);
            }
            (Op::Sub, &[p, q], Op::Add, &[a, b]) => {
                for (first, second) in [(a, b), (b, a)] {
                    if self.is_possible((p, first)) {
                        let opposite = self.graph.neg(second);
                        self.offer(&mut ways, &[(p, first), (q, opposite)]);
                    }
                }
            }
            (Op::Mul, &[p, q], found, arguments) if p == q => match (found, arguments) {
                (Op::Mul, &[a, b]) if a == b => {
                    let opposite = self.graph.neg(a);
                    self.offer(&mut ways, &[(p, a)]);
                    self.offer(&mut ways, &[(p, opposite)]);
                }
                (Op::Mul, &[c, square]) => {
                    if let (Op::Mul, &[a, b]) = self.graph.view(square)
                        && a == b
                        && let Some(root) = self.root(c)
                    {
                        let scaled = self.graph.mul(root, a);
                        let opposite = self.graph.neg(scaled);
                        self.offer(&mut ways, &[(p, scaled)]);
                        self.offer(&mut ways, &[(p, opposite)]);
                    }
                }
                _ => {}
            },
            (Op::Mul, &[p, q], ..) => self.products(p, q, subject, &mut ways),
            (Op::Div, &[p, q], ..) => {
                if let Some((numerator, denominator)) = self.fraction(subject, FACTORS) {
                    self.offer(&mut ways, &[(p, numerator), (q, denominator)]);
                }
            }
            (_, &[p], _, &[a]) => self.offer(&mut ways, &[(p, a)]),
            (_, &[p, q], _, &[a, b]) => self.offer(&mut ways, &[(p, a), (q, b)]),
            (_, &[p, q, r], _, &[a, b, c]) => self.offer(&mut ways, &[(p, a), (q, b), (r, c)]),
            _ => {}
        }
        ways
    }

    /// The number whose square a node is, as that of c·x comes out.
    fn root(&mut self, square: Id) -> Option<Id> {
        if let (Op::Mul, &[a, b]) = self.graph.view(square) {
            return (a == b && self.graph.as_constant(a).is_some()).then_some(a);
        }
        let square = self.graph.as_constant(square)?;
        let root = square.sqrt();
        (root * root == square && f64::from(root as f32) == root).then(|| self.graph.constant(root))
    }

    /// The ways to split `subject` into two factors, `p` and `q`.
    fn products(&mut self, p: Id, q: Id, subject: Id, ways: &mut Vec<Alternative>) {
        // Twice something is anything.
        if let Some(scale) = self.pattern.as_constant(p)
            && scale.to_bits() << 12 == 0
        {
            let reciprocal = self.graph.constant(scale.recip());
            let scaled = self.graph.mul(reciprocal, subject);
            return self.offer(ways, &[(q, scaled)]);
        }
        let (mut factors, denominator) = (Vec::new(), self.fraction(subject, FACTORS));
        self.factors(denominator.map_or(subject, |(numerator, _)| numerator), &mut factors);
        if factors.len() > FACTORS {
            return;
        }
        if let (None, &[a, b]) = (denominator, factors.as_slice()) {
            self.offer(ways, &[(p, b), (q, a)]);
            return self.offer(ways, &[(p, a), (q, b)]);
        }
        for i in 0..factors.len() {
            if denominator.is_none()
                && !self.is_possible((p, factors[i]))
                && !self.is_possible((q, factors[i]))
            {
                continue;
            }
            let one = self.graph.constant(1.0);
            let others = factors.iter().enumerate().filter(|&(j, _)| j != i);
            let rest = others.fold(one, |product, (_, &f)| self.graph.mul(product, f));
            let Some((_, denominator)) = denominator else {
                self.offer(ways, &[(p, rest), (q, factors[i])]);
                self.offer(ways, &[(p, factors[i]), (q, rest)]);
                continue;
            };
            for (over, under) in [(rest, factors[i]), (factors[i], rest)] {
                let under = self.graph.div(under, denominator);
                self.offer(ways, &[(p, over), (q, under)]);
                self.offer(ways, &[(q, over), (p, under)]);
            }
        }
    }

    fn factors(&mut self, id: Id, factors: &mut Vec<Id>) {
        if factors.len() > FACTORS {
            return;
        }
        match self.graph.view(id) {
            (Op::Mul, &[a, b]) => {
                self.factors(a, factors);
                self.factors(b, factors);
            }
            (Op::Neg, &[a]) => {
                factors.push(self.graph.constant(-1.0));
                self.factors(a, factors);
            }
            _ => factors.push(id),
        }
    }

    /// Numerator and denominator of a quotient, or of a product or opposite with one in it, at most so deep.
    fn fraction(&mut self, id: Id, depth: usize) -> Option<(Id, Id)> {
        if !self.graph.operations(id).has_quotient() {
            return None;
        }
        let depth = depth.checked_sub(1)?;
        match self.graph.view(id) {
            (Op::Div, &[a, b]) => Some((a, b)),
            (Op::Neg, &[a]) => {
                let (numerator, denominator) = self.fraction(a, depth)?;
                Some((self.graph.neg(numerator), denominator))
            }
            (Op::Mul, &[a, b]) => {
                let (other, (numerator, denominator)) = match self.fraction(b, depth) {
                    Some(fraction) => (a, fraction),
                    None => (b, self.fraction(a, depth)?),
                };
                Some((self.graph.mul(other, numerator), denominator))
            }
            _ => None,
        }
    }
}

/// A node as a formula that [`parse`] reads, for the messages of tests.
#[cfg(test)]
pub(crate) fn show(graph: &Graph, id: Id) -> String {
    let (op, arguments) = graph.view(id);
    let shown: Vec<String> = arguments.iter().map(|&a| show(graph, a)).collect();
    match (op, shown.as_slice()) {
        (Op::Constant(bits), _) => f64::from_bits(bits).to_string(),
        (Op::Input(letter), _) => char::from(b'a' + letter).to_string(),
        (Op::Neg, [a]) => format!("-{a}"),
        (Op::Add, [a, b]) => format!("({a} + {b})"),
        (Op::Sub, [a, b]) => format!("({a} - {b})"),
        (Op::Mul, [a, b]) => format!("{a} * {b}"),
        (Op::Div, [a, b]) => format!("{a} / ({b})"),
        (Op::Compare(comparison), [a, b]) => format!("{a} {comparison:?} {b}"),
        (Op::Select, _) => format!("if({})", shown.join(", ")),
        (Op::Apply(primitive), _) => format!("{}({})", primitive.facts().method, shown.join(", ")),
        _ => format!("{op:?}({})", shown.join(", ")),
    }
}
