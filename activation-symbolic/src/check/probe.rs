//! The function along a line of inputs: what its nodes are at a point, and which of them matter there.

use activation_runtime::extended::Extended;

use crate::evaluate::{self, Value};
use crate::format::number;
use crate::function::{Element, Function};
use crate::graph::{Graph, Id, Op};
use crate::primitive::Primitive;
use crate::standard::Standard;

use super::explore::{Sample, explore};
use super::interval::Interval;
use super::truth::Truth;

/// Inputs base + t·direction; every direction is −1, 0 or 1, so that a float t gives floats.
#[derive(Debug, Clone)]
pub(super) struct Line {
    base: Vec<f64>,
    direction: Vec<f64>,
}

/// The lines that stand for all inputs of a function of `n` inputs: for one input, itself; for several, parallels to
/// the axes and diagonals.
pub(super) fn lines(n: usize) -> Vec<Line> {
    let line = |direction: &dyn Fn(usize) -> f64, base: &dyn Fn(usize) -> f64| Line {
        base: (0..n).map(base).collect(),
        direction: (0..n).map(direction).collect(),
    };
    if n == 1 {
        return vec![line(&|_| 1.0, &|_| 0.0)];
    }
    let mut lines = Vec::new();
    for axis in 0..n {
        for others in [1.0, 0.0, -1.0] {
            let base = |i| if i == axis { 0.0 } else { others };
            lines.push(line(&|i| f64::from(u8::from(i == axis)), &base));
        }
    }
    lines.push(line(&|_| 1.0, &|_| 0.0));
    lines.push(line(&|i| if i % 2 == 0 { 1.0 } else { -1.0 }, &|_| 0.0));
    lines
}

/// The values of all nodes at a point.
pub(super) type Values = Vec<Value<Interval>>;

/// A function along a line, at some values of its parameters.
pub(super) struct Probe<'a> {
    pub(super) function: &'a Function,
    pub(super) roots: &'a [Id],
    pub(super) order: Vec<Id>,
    line: Line,
    /// How many lines there are to look along.
    pub(super) lines: usize,
    parameters: &'a [f64],
    /// Where the function is looked at, in ascending order.
    pub(super) samples: Vec<Sample>,
    /// Nothing known of any node: to be copied, which is faster than to be made.
    unknown: Values,
    /// What is live if both sides of every branch are; all of it, where there are no branches.
    live: Vec<Truth>,
    has_branches: bool,
}

impl<'a> Probe<'a> {
    pub(super) fn new(
        function: &'a Function,
        roots: &'a [Id],
        line: Line,
        lines: usize,
        parameters: &'a [f64],
    ) -> Self {
        let order = function.graph.topological(roots);
        let nodes = function.graph.nodes().len();
        let mut live = vec![Truth::No; nodes];
        for id in &order {
            live[id.index()] = Truth::Yes;
        }
        let is_branch = |&id: &Id| matches!(function.graph.op(id), Op::Select | Op::And | Op::Or);
        let has_branches = order.iter().any(is_branch);
        let unknown = vec![Value::Opaque; nodes];
        let samples = Vec::new();
        let mut probe =
            Self { function, roots, order, line, lines, parameters, samples, unknown, live, has_branches };
        probe.samples = explore(&probe);
        probe
    }

    pub(super) fn graph(&self) -> &'a Graph {
        &self.function.graph
    }

    /// The partials that add up to the slope along the line, with their signs.
    pub(super) fn slope(&self, values: &[Value<Interval>], partials: &[Id]) -> Option<Interval> {
        let mut sum = Interval::point(0.0);
        for (&partial, &direction) in partials.iter().zip(&self.line.direction) {
            if direction != 0.0 {
                sum = sum + Interval::point(direction) * values[partial.index()].number()?;
            }
        }
        Some(sum)
    }

    /// A number as the element type rounds it.
    pub(super) fn round(&self, value: f64) -> f64 {
        match self.function.signature.element {
            Element::F32 => f64::from(value as f32),
            Element::F64 => value,
        }
    }

    pub(super) fn epsilon(&self) -> f64 {
        match self.function.signature.element {
            Element::F32 => f64::from(f32::EPSILON),
            Element::F64 => f64::EPSILON,
        }
    }

    /// The leaves at t. With `slack`, a literal that the element type had to round stands for its neighbourhood:
    /// what holds then doesn't hang on its last digits.
    fn leaf(&self, op: Op, t: Interval, slack: bool) -> Option<Interval> {
        match op {
            Op::Input(n) => {
                let (base, direction) = (self.line.base[n as usize], self.line.direction[n as usize]);
                Some(match direction {
                    0.0 => Interval::point(base),
                    1.0 => t + Interval::point(base),
                    _ => Interval::point(base) - t,
                })
            }
            Op::Parameter(n) => Some(Interval::point(self.round(self.parameters[n as usize]))),
            Op::Constant(bits) => {
                let value = self.round(f64::from_bits(bits));
                let short = value.to_bits() << 24 == 0; // 12 bits suffice for it
                if !slack || short || !value.is_finite() {
                    return Some(Interval::point(value));
                }
                let reach = 2.0 * self.epsilon() * value.abs();
                Some(Interval::new(value - reach, value + reach))
            }
            _ => None,
        }
    }

    /// The nodes of `order` at t.
    pub(super) fn evaluate(&self, order: &[Id], t: Interval, values: &mut Values) {
        if values.is_empty() {
            values.clone_from(&self.unknown);
        }
        evaluate::evaluate(self.graph(), order, |op| self.leaf(op, t, false), values);
    }

    /// The function at t in plain floats, where it is known and finite.
    pub(super) fn float(&self, t: f64, values: &mut Vec<Value<Standard>>) -> Option<f64> {
        let leaf = |op| self.leaf(op, Interval::point(t), false).map(|leaf| Standard(leaf.lo));
        evaluate::evaluate(self.graph(), &self.order, leaf, values);
        let Standard(value) = values[self.function.written.index()].number()?;
        value.is_finite().then_some(value)
    }

    /// The function at t in 106 bits, where it is known and finite.
    pub(super) fn precise(&self, t: f64) -> Option<f64> {
        let mut values = Vec::new();
        evaluate::evaluate(self.graph(), &self.order, |op| self.precise_leaf(op, t), &mut values);
        let value = values[self.function.written.index()].number()?;
        value.is_finite().then(|| value.to_f64())
    }

    /// The leaves at t in 106 bits.
    pub(super) fn precise_leaf(&self, op: Op, t: f64) -> Option<Extended<f64>> {
        let leaf = self.leaf(op, Interval::point(t), false)?;
        (leaf.lo == leaf.hi).then(|| Extended::from(leaf.lo))
    }

    /// The nodes of `order` at t, on the pieces that are taken at `side`: conditions are those of `side`, and
    /// literals have slack if so told.
    pub(super) fn evaluate_on(
        &self,
        side: &[Value<Interval>],
        order: &[Id],
        t: Interval,
        slack: bool,
        values: &mut Values,
    ) {
        let graph = self.graph();
        if values.is_empty() {
            values.clone_from(&self.unknown);
        }
        for &id in order {
            values[id.index()] = match graph.view(id) {
                // An angle is on one side of the cut or the other.
                (
                    Op::Compare(_) | Op::And | Op::Or | Op::Not | Op::Truth(_) | Op::Apply(Primitive::Atan2),
                    _,
                ) => side[id.index()],
                (Op::Apply(Primitive::Copysign), &[a, sign]) => {
                    match (values[a.index()].number(), side[sign.index()].number()) {
                        (Some(a), Some(sign)) => {
                            Value::Number(activation_runtime::arith::Arith::copysign(a, sign))
                        }
                        _ => Value::Opaque,
                    }
                }
                _ => evaluate::step(graph, id, &|op| self.leaf(op, t, slack), values),
            };
        }
    }

    /// Which nodes the result depends on at a point, given their values: of a branch only the side taken.
    pub(super) fn live(&self, values: &[Value<Interval>]) -> Vec<Truth> {
        let mut live = self.live.clone();
        if !self.has_branches {
            return live;
        }
        let (graph, slice) = (self.graph(), live.as_mut_slice());
        // Nothing is live until it is reached.
        for id in &self.order {
            slice[id.index()] = Truth::No;
        }
        for root in self.roots {
            slice[root.index()] = Truth::Yes;
        }
        let truth = |id: Id| match values[id.index()] {
            Value::Truth(truth) => truth,
            _ => Truth::Maybe,
        };
        let mut place = self.order.len();
        while place > 0 {
            place -= 1;
            let id = self.order[place];
            let own = slice[id.index()];
            if own == Truth::No {
                continue;
            }
            let node = &graph.nodes()[id.index()];
            let arguments = node.arguments();
            let mut i = 0;
            while i < arguments.len() {
                let condition = match (node.op, i) {
                    // The right side of && and || is looked at only where the left leaves it open.
                    (Op::Select | Op::And, 1) => truth(arguments[0]),
                    (Op::Select, 2) | (Op::Or, 1) => !truth(arguments[0]),
                    _ => Truth::Yes,
                };
                let index = arguments[i].index();
                slice[index] = slice[index] | (own & condition);
                i += 1;
            }
        }
        live
    }

    /// The inputs at t as a user reads them: `x = 2`, `a = 1, b = 0`.
    pub(super) fn witness(&self, t: f64, sign: &str) -> String {
        let inputs = self.function.signature.inputs.iter().enumerate();
        let mut text: Vec<String> = inputs
            .map(|(i, input)| {
                let (base, direction) = (self.line.base[i], self.line.direction[i]);
                let (sign, t) = if direction == 0.0 { ("=", 0.0) } else { (sign, self.round(t)) };
                format!("{} {sign} {}", crate::document::plain(&input.ident), ascii(base + direction * t))
            })
            .collect();
        let parameters = self.function.signature.parameters.iter().zip(self.parameters);
        let unset = parameters.filter(|(parameter, _)| parameter.default.is_none());
        let unset: Vec<String> = unset
            .map(|(parameter, &value)| {
                format!("{} = {}", crate::document::plain(&parameter.ident), ascii(value))
            })
            .collect();
        if !unset.is_empty() {
            text.push(format!("with {}", unset.join(", ")));
        }
        text.join(", ").replace(", with", " with")
    }

    /// A node as a formula.
    pub(super) fn formula(&self, id: Id) -> String {
        let text =
            crate::format::format(self.graph(), id, &self.function.signature, crate::format::Notation::Text);
        if text.chars().count() > 60 { "the argument".to_owned() } else { text }
    }

    /// Whether the author asked for this t.
    pub(super) fn admits(&self, t: f64) -> bool {
        let (lo, hi) = self.function.signature.settings.domain;
        let within = |(base, direction): (&f64, &f64)| (lo..=hi).contains(&(base + direction * t));
        t.is_finite() && self.line.base.iter().zip(&self.line.direction).all(within)
    }

    /// The numbers that the body is made of.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> {
        let leaves = self.order.iter().filter_map(|&id| match self.graph().op(id) {
            op @ (Op::Constant(_) | Op::Parameter(_)) => self.leaf(op, Interval::WHOLE, false),
            _ => None,
        });
        leaves.filter(|leaf| leaf.is_bounded()).map(|leaf| leaf.lo)
    }
}

/// A number in ASCII.
pub(crate) fn ascii(value: f64) -> String {
    let value = value + 0.0; // no −0
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    let single = f64::from(value as f32);
    if single == value {
        // The shortest decimal that reads back to the f32.
        let short = format!("{}", value as f32).parse().unwrap_or(value);
        return number(short).replace('−', "-");
    }
    number(value).replace('−', "-")
}

/// A float's place among all floats.
fn ordinal(x: f64) -> i64 {
    let bits = x.to_bits() as i64;
    if bits < 0 { i64::MIN - bits } else { bits }
}

fn from_ordinal(ordinal: i64) -> f64 {
    f64::from_bits(if ordinal < 0 { i64::MIN - ordinal } else { ordinal } as u64)
}

/// The neighbouring floats between `a` and `b` where `holds`, true at a, ceases to hold; found soonest near `guess`.
pub(super) fn bisect(a: f64, b: f64, guess: f64, mut holds: impl FnMut(f64) -> bool) -> (f64, f64) {
    let [mut a, mut b, guess] = [a, b, guess].map(|x| i128::from(ordinal(x)));
    let mut holds = |ordinal: i128| holds(from_ordinal(ordinal as i64));
    let towards_b = (b - a).signum();
    if (guess - a).signum() == towards_b && (b - guess).signum() == towards_b {
        // Leaps of growing length away from the guess, until the place is behind us.
        let (mut step, mut here) = (1, guess);
        let forward = holds(guess);
        if forward {
            a = guess;
        } else {
            b = guess;
        }
        while step < (b - a).abs() {
            here += if forward { step } else { -step } * towards_b;
            let held = holds(here);
            if held {
                a = here;
            } else {
                b = here;
            }
            if held != forward {
                break;
            }
            step *= 8;
        }
    }
    while (b - a).abs() > 1 {
        let middle = a.midpoint(b);
        if holds(middle) {
            a = middle;
        } else {
            b = middle;
        }
    }
    (from_ordinal(a as i64), from_ordinal(b as i64))
}

/// About where `f` has a zero between `a` and `b`, by a few false positions (Illinois).
pub(super) fn zero(mut a: f64, mut b: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let (mut fa, mut fb) = (f(a), f(b));
    let mut c = 0.5 * a + 0.5 * b;
    for _ in 0..8 {
        let next = a - fa * ((b - a) / (fb - fa));
        if !(next > a.min(b) && next < a.max(b)) {
            break;
        }
        c = next;
        let fc = f(c);
        if (fc > 0.0) == (fb > 0.0) {
            fa *= 0.5;
        } else {
            (a, fa) = (b, fb);
        }
        (b, fb) = (c, fc);
        if fc == 0.0 {
            break;
        }
    }
    c
}

/// The number in [a, b] that is the simplest to say: 0, one of the element type, or one of few digits.
pub(super) fn simplest(a: f64, b: f64) -> f64 {
    if a <= 0.0 && b >= 0.0 {
        return 0.0;
    }
    let middle = 0.5 * a + 0.5 * b;
    let within = |c: &f64| (a..=b).contains(c);
    let single = Some(f64::from(middle as f32)).filter(within);
    let decimal = || (0..17).filter_map(|digits| format!("{middle:.digits$e}").parse().ok()).find(within);
    single.or_else(decimal).unwrap_or(a)
}
