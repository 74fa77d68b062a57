//! A graph as mathematics: text such as `x · σ(1.702x)`, and LaTeX.
//!
//! A graph may share what a tree would repeat without end, so beyond a certain size repeated parts get a name:
//! `s · (1 − s) where s = σ(x)`.

mod listing;
mod name;

use std::cell::RefCell;
use std::fmt::Write as _;

use crate::function::{Element, Signature};
use crate::graph::{Comparison, Graph, Id, IdMap, IdSet, Op, Part};
use crate::primitive::Primitive;
pub use listing::listing;
pub use name::number;
use name::{last_name, latex_name, reduction_name, shortest, subscript, subscript_number, superscript};

/// Text or LaTeX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// Unicode text.
    Text,
    /// LaTeX, for math mode.
    Latex,
}

/// Trees with more nodes than this have their repeated parts named.
const LARGEST_TREE: usize = 40;

/// How tightly a written expression binds.
#[derive(Clone, Copy)]
enum Binding {
    Branch,
    Sum,
    Product,
    Power,
    Atom,
}

/// The expression `root` in the names of `signature`.
pub fn format(graph: &Graph, root: Id, signature: &Signature, notation: Notation) -> String {
    let order = graph.topological(&[root]);
    let mut uses = vec![0_usize; graph.nodes().len()];
    let mut size = vec![0_usize; graph.nodes().len()];
    for &id in &order {
        let mut own: usize = 1;
        for argument in graph.arguments(id) {
            uses[argument.index()] += 1;
            own = own.saturating_add(size[argument.index()]);
        }
        size[id.index()] = own;
    }
    let mut writer = Writer::new(graph, signature, notation);
    if size[root.index()] <= LARGEST_TREE {
        return writer.text(root);
    }
    let mut definitions = Vec::new();
    for &id in &order {
        if id != root && uses[id.index()] > 1 && !graph.arguments(id).is_empty() && !is_mask(graph.op(id)) {
            writer.mentioned.take();
            let text = writer.text(id);
            // Most are longer, in bytes of four a character at most.
            if text.len() > 24 || text.chars().count() > 6 {
                let mentioned = writer.mentioned.take();
                let name = writer.fresh(definitions.len() + 1);
                writer.names.insert(id, name.clone());
                definitions.push(Definition { id, text: format!("{name} = {text}"), mentioned });
            }
        }
    }
    writer.mentioned.take();
    let body = writer.text(root);
    let definitions = used(definitions, writer.mentioned.take());
    match (definitions.is_empty(), notation) {
        (true, _) => body,
        (_, Notation::Text) => format!("{body} where {}", definitions.join(", ")),
        (_, Notation::Latex) => {
            format!(r"{body} \quad\text{{where }} {}", definitions.join(r",\; "))
        }
    }
}

/// A part of an expression that has a name.
struct Definition {
    id: Id,
    /// As an equation.
    text: String,
    /// What is named in it.
    mentioned: Vec<Id>,
}

/// The definitions that are needed where some names are mentioned, directly or through others, in order.
fn used(definitions: Vec<Definition>, mentioned: Vec<Id>) -> Vec<String> {
    let mut needed = IdSet::from_iter(mentioned);
    let mut kept = Vec::new();
    for definition in definitions.into_iter().rev() {
        if needed.contains(&definition.id) {
            needed.extend(definition.mentioned);
            kept.push(definition.text);
        }
    }
    kept.reverse();
    kept
}

fn is_mask(op: Op) -> bool {
    matches!(op, Op::Compare(_) | Op::And | Op::Or | Op::Not | Op::Truth(_) | Op::Wide)
}

/// Appends an operator with spaces around it.
fn spaced(sign: &str, to: &mut String) {
    to.push(' ');
    to.push_str(sign);
    to.push(' ');
}

struct Writer<'a> {
    graph: &'a Graph,
    signature: &'a Signature,
    notation: Notation,
    names: IdMap<String>,
    /// The nodes whose names were written.
    mentioned: RefCell<Vec<Id>>,
    /// Whether every operation is written as it is, not what several of them are known as.
    exact: bool,
}

impl<'a> Writer<'a> {
    fn new(graph: &'a Graph, signature: &'a Signature, notation: Notation) -> Self {
        let (names, mentioned) = (IdMap::default(), RefCell::default());
        Self { graph, signature, notation, names, mentioned, exact: false }
    }

    fn latex(&self) -> bool {
        self.notation == Notation::Latex
    }

    fn fresh(&self, n: usize) -> String {
        if self.latex() {
            return format!("t_{{{n}}}");
        }
        let digits: String = n.to_string().chars().filter_map(subscript).collect();
        format!("t{digits}")
    }

    /// The expression of a node.
    fn text(&self, id: Id) -> String {
        let mut text = String::new();
        self.write(id, &mut text);
        text
    }

    /// Appends the expression of a node; how tightly it binds.
    fn write(&self, id: Id, to: &mut String) -> Binding {
        if let Some(name) = self.names.get(&id) {
            self.mentioned.borrow_mut().push(id);
            to.push_str(name);
            return Binding::Atom;
        }
        let node = &self.graph.nodes()[id.index()];
        match (node.op, node.arguments()) {
            (Op::Constant(bits), _) => return self.constant(f64::from_bits(bits), to),
            (Op::Input(n), _) => self.name(self.signature.inputs.get(n as usize).map(|i| &i.ident), to),
            (Op::Parameter(n), _) => {
                self.name(self.signature.parameters.get(n as usize).map(|p| &p.ident), to);
            }
            (Op::External(n), _) => {
                let name = self.graph.externals.get(n as usize).and_then(last_name);
                self.name(name.as_ref(), to);
            }
            (Op::Neg, &[a]) => {
                to.push_str(self.minus());
                self.at_least(a, Binding::Product, to);
                return Binding::Sum;
            }
            (Op::Add, &[a, b]) => {
                self.at_least(a, Binding::Sum, to);
                if !self.less(b, to) {
                    to.push_str(" + ");
                    self.at_least(b, Binding::Sum, to);
                }
                return Binding::Sum;
            }
            (Op::Sub, &[a, b]) => {
                self.at_least(a, Binding::Sum, to);
                spaced(self.minus(), to);
                self.at_least(b, Binding::Product, to);
                return Binding::Sum;
            }
            (Op::Mul, &[a, b]) => return self.product(a, b, to),
            (Op::Div, &[a, b]) => {
                if !self.exact
                    && let Some((name, u)) = self.slope(a, b)
                {
                    self.function(name, &[u], to);
                    return Binding::Atom;
                }
                if self.latex() {
                    to.push_str(r"\frac");
                    self.braced(a, to);
                    self.braced(b, to);
                    return Binding::Power;
                }
                self.at_least(a, Binding::Product, to);
                to.push('/');
                self.at_least(b, Binding::Power, to);
                return Binding::Product;
            }
            (Op::Powi(n), &[a]) => {
                self.power(a, n, to);
                return Binding::Power;
            }
            (Op::Apply(primitive), arguments) => return self.apply(primitive, arguments, to),
            (Op::Compare(comparison), &[a, b]) => {
                self.write(a, to);
                spaced(self.comparison(comparison), to);
                self.write(b, to);
                return Binding::Branch;
            }
            (Op::Truth(value), _) => to.push_str(if value { "true" } else { "false" }),
            (Op::Wide, _) => {
                to.push_str(&self.word("the numbers are wider than f32"));
                return Binding::Branch;
            }
            (Op::And | Op::Or, &[a, b]) => {
                self.write(a, to);
                spaced(&self.word(if node.op == Op::And { "and" } else { "or" }), to);
                self.write(b, to);
                return Binding::Branch;
            }
            (Op::Not, &[a]) => {
                if let Some(number) = self.finite(a) {
                    self.at_least(number, Binding::Sum, to);
                    to.push(' ');
                    to.push_str(&self.word("isn't finite"));
                    return Binding::Branch;
                }
                to.push_str(&self.word("not"));
                to.push('(');
                self.write(a, to);
                to.push(')');
            }
            (Op::Select, _) if self.latex() => {
                self.cases(id, to);
                return Binding::Branch;
            }
            (Op::Select, &[mask, then, otherwise]) => {
                self.at_least(then, Binding::Sum, to);
                to.push_str(" if ");
                self.write(mask, to);
                to.push_str(" else ");
                self.write(otherwise, to);
                return Binding::Branch;
            }
            (Op::Call { callee, part }, arguments) => self.call(callee, part, arguments, to),
            (Op::Reduce(reduction), arguments) => {
                self.function(&self.operator(reduction_name(reduction)), arguments, to);
            }
            (Op::Length, _) => to.push('n'),
            (Op::Position, _) => to.push('i'),
            (Op::Softmax, arguments) => self.function(&self.operator("softmax"), arguments, to),
            (Op::LogSoftmax, arguments) => self.function(&self.operator("log_softmax"), arguments, to),
            _ => {}
        }
        Binding::Atom
    }

    /// The rows of a branch and of those that follow its `else`.
    fn cases(&self, id: Id, to: &mut String) {
        to.push_str(r"\begin{cases} ");
        let mut rest = id;
        while let (Op::Select, &[mask, then, otherwise]) = self.graph.view(rest) {
            if rest != id && self.names.contains_key(&rest) {
                break;
            }
            self.write(then, to);
            to.push_str(r" & \text{if } ");
            self.write(mask, to);
            to.push_str(r" \\ ");
            rest = otherwise;
        }
        self.write(rest, to);
        to.push_str(r" & \text{otherwise} \end{cases}");
    }

    /// The number that a condition says is finite.
    fn finite(&self, condition: Id) -> Option<Id> {
        let (Op::Compare(Comparison::Lt), &[magnitude, infinity]) = self.graph.view(condition) else {
            return None;
        };
        let (Op::Apply(Primitive::Abs), &[number]) = self.graph.view(magnitude) else { return None };
        (self.graph.as_constant(infinity) == Some(f64::INFINITY)).then_some(number)
    }

    /// The derivatives of σ and tanh by their names, and of what: the table computes them as e/(e + 1)² with e = e^−|u|,
    /// and 4e/(e + 1)² with e = e^−2|u|.
    fn slope(&self, numerator: Id, square: Id) -> Option<(&'static str, Id)> {
        let (factor, e) = match self.graph.view(numerator) {
            (Op::Mul, &[four, e]) => (self.graph.as_constant(four)?, e),
            _ => (1.0, numerator),
        };
        let ((Op::Mul, &[d, d2]), (Op::Apply(Primitive::Exp), &[exponent])) =
            (self.graph.view(square), self.graph.view(e))
        else {
            return None;
        };
        let (Op::Add, &[left, right]) = self.graph.view(d) else { return None };
        if d != d2 || left != e || self.graph.as_constant(right) != Some(1.0) {
            return None;
        }
        let magnitude = match (factor, self.graph.view(exponent)) {
            (1.0, (Op::Neg, &[magnitude])) => magnitude,
            (4.0, (Op::Mul, &[two, magnitude])) if self.graph.as_constant(two) == Some(-2.0) => magnitude,
            _ => return None,
        };
        let (Op::Apply(Primitive::Abs), &[u]) = self.graph.view(magnitude) else { return None };
        let name = match (factor, self.latex()) {
            (1.0, false) => "σ′",
            (1.0, true) => r"\sigma'",
            (_, false) => "sech²",
            (_, true) => r"\operatorname{sech}^2",
        };
        Some((name, u))
    }

    fn constant(&self, value: f64, to: &mut String) -> Binding {
        let infinity = if self.latex() { r"\infty" } else { "∞" };
        let mut text = if value.is_infinite() {
            format!("{}{infinity}", if value < 0.0 { "−" } else { "" })
        } else {
            match self.signature.element {
                Element::F32 => number(shortest(value)),
                Element::F64 => number(value),
            }
        };
        let mut binding = if value.is_sign_negative() { Binding::Sum } else { Binding::Atom };
        if self.latex() {
            text = text.replace('−', "-");
            if let Some((mantissa, exponent)) = text.split_once('e') {
                text = match mantissa {
                    "1" => format!("10^{{{exponent}}}"),
                    "-1" => format!("-10^{{{exponent}}}"),
                    _ => format!(r"{mantissa} \cdot 10^{{{exponent}}}"),
                };
                binding = if value.is_sign_negative() { Binding::Sum } else { Binding::Product };
            }
        }
        to.push_str(&text);
        binding
    }

    fn name(&self, ident: Option<&proc_macro2::Ident>, to: &mut String) {
        let name = ident.map(ToString::to_string).unwrap_or_default();
        let name = name.strip_prefix("r#").unwrap_or(&name);
        if self.latex() && name.len() > 1 && name.chars().count() > 1 {
            to.push_str(&latex_name(name));
        } else {
            to.push_str(name);
        }
    }

    /// The expression, in parentheses where it binds less than `binding`.
    fn at_least(&self, id: Id, binding: Binding, to: &mut String) {
        let start = to.len();
        let own = self.write(id, to);
        if (own as u8) < binding as u8 {
            let (open, close) = if self.latex() { (r"\left(", r"\right)") } else { ("(", ")") };
            to.insert_str(start, open);
            to.push_str(close);
        }
    }

    fn braced(&self, id: Id, to: &mut String) {
        to.push('{');
        self.write(id, to);
        to.push('}');
    }

    fn minus(&self) -> &'static str {
        if self.latex() { "-" } else { "−" }
    }

    /// A term that is written with a sign, taken away without it; whether it is one.
    fn less(&self, id: Id, to: &mut String) -> bool {
        let node = &self.graph.nodes()[id.index()];
        let negative = match (node.op, node.arguments()) {
            (Op::Constant(bits), _) => f64::from_bits(bits) < 0.0,
            (Op::Mul, &[factor, _]) => self.graph.as_constant(factor).is_some_and(|c| c < 0.0),
            _ => false,
        };
        if !negative || self.names.contains_key(&id) {
            return false;
        }
        let text = self.text(id);
        let Some(rest) = text.strip_prefix(['−', '-']) else { return false };
        spaced(self.minus(), to);
        to.push_str(rest);
        true
    }

    fn product(&self, a: Id, b: Id, to: &mut String) -> Binding {
        if let (Some(p), Some(q)) = (self.graph.as_constant(a), self.graph.as_constant(b)) {
            return self.constant(p * q, to);
        }
        if a == b {
            self.power(a, 2, to);
            return Binding::Power;
        }
        // The number first.
        let (a, b) = if self.as_number(b).is_some() { (b, a) } else { (a, b) };
        let factor = self.as_number(a);
        // x · (2 · y) is 2 · x · y.
        if let (None, (Op::Mul, &[number, rest])) = (factor, self.graph.view(b))
            && self.as_number(number).is_some()
            && self.as_number(rest).is_none()
            && !self.names.contains_key(&b)
        {
            let binding = self.write(number, to);
            self.dot(to);
            self.at_least(a, Binding::Product, to);
            self.dot(to);
            self.at_least(rest, Binding::Product, to);
            return if binding as u8 > Binding::Product as u8 { Binding::Product } else { binding };
        }
        let Some(factor) = factor else {
            self.at_least(a, Binding::Product, to);
            self.dot(to);
            self.at_least(b, Binding::Product, to);
            return Binding::Product;
        };
        let left = to.len();
        self.write(a, to);
        let right = to.len();
        self.at_least(b, Binding::Product, to);
        // 2x and 2x², but 2 · σ(x).
        let starts_with_name = to[right..].starts_with(|c: char| c.is_alphabetic() || c == '{' || c == '\\');
        let leaf = |id: Id| self.graph.arguments(id).is_empty() || self.names.contains_key(&id);
        let power = match self.graph.view(b) {
            (Op::Powi(_), &[base]) => leaf(base),
            (Op::Mul, &[base, again]) => base == again && leaf(base),
            _ => false,
        };
        let scientific = to.as_bytes()[left..right].iter().any(|byte| matches!(byte, b'e' | b'^'));
        if !((leaf(b) || power) && starts_with_name && !scientific) {
            let mut dot = String::new();
            self.dot(&mut dot);
            to.insert_str(right, &dot);
        }
        if factor < 0.0 { Binding::Sum } else { Binding::Product }
    }

    /// What a node is, if it is written as one number.
    fn as_number(&self, id: Id) -> Option<f64> {
        let constant = |id: Id| self.graph.as_constant(id);
        match self.graph.view(id) {
            (Op::Mul, &[a, b]) => Some(constant(a)? * constant(b)?),
            _ => constant(id),
        }
    }

    fn dot(&self, to: &mut String) {
        spaced(if self.latex() { r"\cdot" } else { "·" }, to);
    }

    fn power(&self, a: Id, n: i32, to: &mut String) {
        if self.latex() {
            to.push('{');
            self.at_least(a, Binding::Atom, to);
            let _ = write!(to, "}}^{{{n}}}");
            return;
        }
        self.at_least(a, Binding::Atom, to);
        to.extend(n.to_string().chars().filter_map(superscript));
    }

    fn apply(&self, primitive: Primitive, arguments: &[Id], to: &mut String) -> Binding {
        match (primitive, arguments) {
            (Primitive::Abs, &[a]) => {
                let (open, close) = if self.latex() { (r"\left|", r"\right|") } else { ("|", "|") };
                to.push_str(open);
                self.write(a, to);
                to.push_str(close);
            }
            (Primitive::Sqrt | Primitive::Cbrt, &[a]) if self.latex() => {
                to.push_str(primitive.facts().latex);
                self.braced(a, to);
            }
            (Primitive::Sqrt | Primitive::Cbrt, &[a]) => {
                to.push_str(primitive.facts().text);
                self.at_least(a, Binding::Atom, to);
            }
            (Primitive::Powf, &[a, p]) if self.latex() => {
                to.push('{');
                self.at_least(a, Binding::Atom, to);
                to.push_str("}^");
                self.braced(p, to);
                return Binding::Power;
            }
            (Primitive::Powf, &[a, p]) => {
                self.at_least(a, Binding::Atom, to);
                to.push('^');
                self.at_least(p, Binding::Atom, to);
                return Binding::Power;
            }
            (Primitive::Exp, &[a]) if self.latex() => {
                to.push_str("e^");
                self.braced(a, to);
                return Binding::Power;
            }
            _ => {
                let facts = primitive.facts();
                self.function(if self.latex() { facts.latex } else { facts.text }, arguments, to);
            }
        }
        Binding::Atom
    }

    /// The name of a function that LaTeX has no command for.
    fn operator(&self, name: &str) -> String {
        if self.latex() { format!(r"\operatorname{{{}}}", name.replace('_', r"\_")) } else { name.to_owned() }
    }

    fn function(&self, name: &str, arguments: &[Id], to: &mut String) {
        to.push_str(name);
        to.push_str(if self.latex() { r"\left(" } else { "(" });
        for (i, &argument) in arguments.iter().enumerate() {
            if i > 0 {
                to.push_str(", ");
            }
            self.write(argument, to);
        }
        to.push_str(if self.latex() { r"\right)" } else { ")" });
    }

    fn call(&self, callee: u8, part: Part, arguments: &[Id], to: &mut String) {
        let Some(callee) = self.graph.callees.get(callee as usize) else { return };
        let name = callee.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default();
        let name = if self.latex() { format!(r"\mathrm{{{}}}", name.replace('_', r"\_")) } else { name };
        let name = match part {
            Part::Value => name,
            Part::Partial(_) if callee.inputs == 1 => format!("{name}′"),
            Part::Second => format!("{name}″"),
            Part::Third => format!("{name}‴"),
            Part::Parameter(n) if self.latex() => format!(r"\partial_{{p_{}}} {name}", n + 1),
            Part::Parameter(n) => format!("∂p{}{name}", subscript_number(n + 1)),
            Part::Partial(n) if self.latex() => format!(r"\partial_{{{}}} {name}", n + 1),
            Part::Partial(n) => format!("∂{}{name}", subscript_number(n + 1)),
        };
        let name = if self.latex() {
            name.replace('′', "'").replace('″', "''").replace('‴', "'''")
        } else {
            name
        };
        let all: Vec<Id> = arguments.iter().chain(&callee.parameters).copied().collect();
        self.function(&name, &all, to);
    }

    fn comparison(&self, comparison: Comparison) -> &'static str {
        match (comparison, self.latex()) {
            (Comparison::Lt, _) => "<",
            (Comparison::Le, false) => "≤",
            (Comparison::Le, true) => r"\le",
            (Comparison::Gt, _) => ">",
            (Comparison::Ge, false) => "≥",
            (Comparison::Ge, true) => r"\ge",
            (Comparison::Eq, _) => "=",
            (Comparison::Ne, false) => "≠",
            (Comparison::Ne, true) => r"\ne",
        }
    }

    fn word(&self, word: &str) -> String {
        if self.latex() { format!(r"\text{{ {word} }}") } else { word.to_owned() }
    }
}
